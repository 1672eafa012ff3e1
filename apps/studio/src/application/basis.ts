import type { Element } from '@stead/contracts/studio';
import type { Basis } from '../domain/derive';

/** What others of these elements are worked out of. */
export function basisOf(elements: readonly Element[]): Basis {
  return {
    calibration: elements.find((element) => element.kind === 'calibration') ?? null,
    places: new Map(elements.flatMap((element) => (element.kind === 'route-point' ? [[element.id, element]] : []))),
  };
}
