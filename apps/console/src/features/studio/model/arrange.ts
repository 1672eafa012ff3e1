import type { Change, Element, ElementOf, Kind, SceneElement } from './types';

/** In the order of the contents. */
export const KINDS: readonly Kind[] = [
  'hotspot',
  'tour',
  'measurement',
  'calibration',
  'plan-alignment',
  'ar-anchor',
  'route-point',
  'route-path',
  'redaction',
];

export function ofKind<K extends Kind>(elements: readonly SceneElement[], kind: K): ElementOf<K>[] {
  return elements.flatMap(({ element }) => (isOf(element, kind) ? [element] : []));
}

export function isOf<K extends Kind>(element: Element, kind: K): element is ElementOf<K> {
  return element.kind === kind;
}

/** As visitors get them: by number, then by id. */
export function inOrder(elements: readonly SceneElement[]): SceneElement[] {
  return [...elements].sort(
    (a, b) => a.element.order - b.element.order || (a.element.id < b.element.id ? -1 : a.element.id > b.element.id ? 1 : 0),
  );
}

/** Moves one among those of its kind, by as many places; only those are put again whose number has to be another one. */
export function moved(elements: readonly SceneElement[], id: string, by: number): Change[] {
  const kind = elements.find(({ element }) => element.id === id)?.element.kind;
  const group = inOrder(elements.filter(({ element }) => element.kind === kind)).map(({ element }) => element);
  const from = group.findIndex((element) => element.id === id);
  const to = Math.min(group.length - 1, Math.max(0, from + by));
  if (from < 0 || from === to) return [];
  const next = moveItem(group, from, to);
  return next.flatMap((element, order) =>
    element.order === order ? [] : [{ op: 'put' as const, element: { ...element, order } }],
  );
}

export function moveItem<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)];
}

/** After all others of its kind. */
export function nextOrder(elements: readonly SceneElement[], kind: Kind): number {
  return 1 + Math.max(-1, ...elements.filter(({ element }) => element.kind === kind).map(({ element }) => element.order));
}

/** Who speaks of it, and would have to change with it. */
export function referrersOf(elements: readonly SceneElement[], id: string): Element[] {
  return elements
    .map(({ element }) => element)
    .filter((element) => {
      if (element.kind === 'tour') return element.stops.some(({ hotspotId }) => hotspotId === id);
      return element.kind === 'route-path' && (element.fromId === id || element.toId === id);
    });
}

/** Takes it out, and what speaks of it: a stop leaves its tour, a tour without stops and a way without an end go too. */
export function removal(elements: readonly SceneElement[], id: string): Change[] {
  const others = referrersOf(elements, id).map((element): Change => {
    if (element.kind !== 'tour') return { op: 'remove', elementId: element.id };
    const stops = element.stops.filter(({ hotspotId }) => hotspotId !== id);
    return stops.length === 0 ? { op: 'remove', elementId: element.id } : { op: 'put', element: { ...element, stops } };
  });
  return [...others, { op: 'remove', elementId: id }];
}
