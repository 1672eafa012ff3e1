import type {
  Derived,
  Element,
  ElementKind,
  ElementOf,
  MediaView,
  Point,
  SceneElementView,
  SceneRevisionView,
  SceneView,
  View,
} from '@stead/contracts/studio';
import type { MapVersionView } from '@stead/contracts/viewing';

export type { Derived, Element, ElementOf, Point, View };
export type Kind = ElementKind;
/** An element with what studio works out of it, and whether somebody has to look at it. */
export type SceneElement = SceneElementView;
export type DerivedOf<Of extends Derived['of']> = Extract<Derived, { of: Of }>;
export type Scene = SceneView;
export type Revision = SceneRevisionView;
export type Media = MediaView;
export type MapView = MapVersionView;
/** A text in one language or both. */
export type Localised = ElementOf<'hotspot'>['title'];

/** A scene as the server has it: all of it, in one revision. */
export interface Snapshot {
  scene: Scene;
  /** Entity tag of that revision. */
  tag: string;
  elements: readonly SceneElement[];
}

export type Change =
  | { op: 'put'; element: Element }
  | { op: 'remove'; elementId: string }
  | { op: 'rename'; name: string }
  | { op: 'start'; view: View | null };

/** What a change is of: an element by its id, the name or the start. */
export function keyOf(change: Change): string {
  if (change.op === 'put') return change.element.id;
  if (change.op === 'remove') return change.elementId;
  return change.op === 'rename' ? 'name' : 'start';
}

/** What stands there once the change is made. */
export type Value = Element | string | View | null;
export function valueOf(change: Change): Value {
  if (change.op === 'put') return change.element;
  if (change.op === 'remove') return null;
  return change.op === 'rename' ? change.name : change.view;
}

export function valueIn({ scene, elements }: Snapshot, key: string): Value {
  if (key === 'name') return scene.name;
  if (key === 'start') return scene.start;
  return elements.find(({ element }) => element.id === key)?.element ?? null;
}
