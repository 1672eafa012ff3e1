import type { Element, ElementOf, Kind } from '../model/types';
import type { Problems } from './problems';

export interface FormProps<K extends Kind> {
  element: ElementOf<K>;
  onChange: (element: Element) => void;
  problems: Problems;
}
