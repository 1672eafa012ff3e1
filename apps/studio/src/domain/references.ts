import type { Element, ElementKind } from '@stead/contracts/studio';
import { studioError } from './errors';
import type { SceneEdit } from './scene';

export interface Reference {
  to: string;
  kind: ElementKind;
  /** Within the element. */
  pointer: string;
}

/** Other elements of the scene that this one speaks of. */
export function referencesOf(element: Element): Reference[] {
  switch (element.kind) {
    case 'tour':
      return element.stops.flatMap(({ hotspotId }, at) =>
        hotspotId === null ? [] : [{ to: hotspotId, kind: 'hotspot' as const, pointer: `/stops/${at}/hotspotId` }],
      );
    case 'route-path':
      return [
        { to: element.fromId, kind: 'route-point', pointer: '/fromId' },
        { to: element.toId, kind: 'route-point', pointer: '/toId' },
      ];
    default:
      return [];
  }
}

/** What has to be known beside the elements that an edit names, to see whether it leaves the scene whole. */
export interface Surroundings {
  /** Kinds of the elements that the edit speaks of and does not change. */
  kinds: ReadonlyMap<string, ElementKind>;
  /** Of the elements that the edit removes: who speaks of them. */
  referrers: readonly { id: string; to: string }[];
  /** A scene has one at most. */
  calibrationId: string | null;
}

/** Throws where the scene would speak of what is not there. */
export function requireWhole(edit: SceneEdit, { kinds, referrers, calibrationId }: Surroundings): void {
  const kindOf = (id: string): ElementKind | undefined => {
    const changed = edit.elements.get(id);
    return changed === undefined ? kinds.get(id) : changed.after?.kind;
  };
  for (const [id, { after }] of edit.elements) {
    for (const { to, kind, pointer } of after === null ? [] : referencesOf(after)) {
      const found = kindOf(to);
      if (found === kind) continue;
      const what = found === undefined ? 'which is not in the scene' : `which is a ${found}`;
      throw studioError['element-reference'](`${pointer} of ${id} names ${to}, ${what}; name a ${kind} of this scene`);
    }
  }
  for (const { id, to } of referrers) {
    if (edit.elements.get(to)?.after !== null || edit.elements.has(id)) continue;
    throw studioError['element-in-use'](`${id} speaks of ${to}; change or remove it in the same request`);
  }
  const calibrations = [...edit.elements].filter(([, { after }]) => after?.kind === 'calibration').map(([id]) => id);
  if (calibrationId !== null && edit.elements.get(calibrationId) === undefined) calibrations.push(calibrationId);
  if (calibrations.length > 1)
    throw studioError['scale-known'](
      `${calibrations.join(' and ')} would both give the map its scale; change the one that is there`,
    );
}
