import { same } from './same';
import { keyOf, valueIn, valueOf, type Change, type SceneElement, type Snapshot, type Value } from './types';

/** A change that is not saved yet, with what stood there when it was thought up. */
export interface Wish {
  change: Change;
  base: Value;
}
export type Wishes = ReadonlyMap<string, Wish>;

/** One thing that both have changed, each in another way. */
export interface Clash {
  key: string;
  base: Value;
  mine: Value;
  theirs: Value;
}

/** The newer wish stands; it is compared with what stood there before the older one. */
export function composed(older: Wishes, newer: Wishes): Map<string, Wish> {
  const all = new Map(older);
  for (const [key, wish] of newer) all.set(key, { change: wish.change, base: older.get(key)?.base ?? wish.base });
  return all;
}

export function wished(wishes: Wishes, change: Change, snapshot: Snapshot): Map<string, Wish> {
  const key = keyOf(change);
  return composed(wishes, new Map([[key, { change, base: wishes.get(key)?.base ?? valueIn(snapshot, key) }]]));
}

/** What somebody else has changed since, of what is wished for, to something else than that. */
export function clashesOf(wishes: Wishes, theirs: Snapshot): Clash[] {
  return [...wishes].flatMap(([key, { change, base }]) => {
    const [mine, there] = [valueOf(change), valueIn(theirs, key)];
    return same(base, there) || same(mine, there) ? [] : [{ key, base, mine, theirs: there }];
  });
}

/** The same wishes, thought up for what the server has now. */
export function rebased(wishes: Wishes, snapshot: Snapshot): Map<string, Wish> {
  return new Map([...wishes].map(([key, { change }]) => [key, { change, base: valueIn(snapshot, key) }]));
}

/** The scene as it will be: what is not saved yet lies over what the server has. */
export function overlaid(snapshot: Snapshot, wishes: Wishes): Snapshot {
  if (wishes.size === 0) return snapshot;
  const elements = new Map(snapshot.elements.map((one) => [one.element.id, one]));
  let { scene } = snapshot;
  for (const { change } of wishes.values()) {
    if (change.op === 'put') elements.set(change.element.id, put(elements.get(change.element.id), change.element));
    else if (change.op === 'remove') elements.delete(change.elementId);
    else scene = change.op === 'rename' ? { ...scene, name: change.name } : { ...scene, start: change.view };
  }
  return { ...snapshot, scene, elements: [...elements.values()] };
}

/** What was worked out of it before stays on the screen until studio has worked it out again. */
function put(before: SceneElement | undefined, element: SceneElement['element']): SceneElement {
  return before === undefined ? { element, revision: 0, derived: null, attention: null } : { ...before, element };
}
