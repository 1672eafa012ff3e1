import type { KeepReason } from './queries';

/** What a key of the queue asks for. */
export type Order =
  | { do: 'next' | 'previous' | 'split' | 'box' | 'outline' | 'takeBack' | 'original' | 'help' }
  | { do: 'blur' }
  | { do: 'keep'; reason: KeepReason }
  | { do: 'move'; by: readonly [number, number]; fine: boolean }
  | { do: 'point' | 'end' };

interface Key {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};

/** In the order in which they are listed. */
export const VERDICT_KEYS = [
  ['b', { do: 'blur' }],
  ['a', { do: 'keep', reason: 'artwork' }],
  ['s', { do: 'keep', reason: 'statue' }],
  ['v', { do: 'keep', reason: 'advert' }],
  ['c', { do: 'keep', reason: 'consent' }],
  ['n', { do: 'keep', reason: 'not-a-person' }],
] as const satisfies readonly (readonly [string, Order])[];

const LOOKING: Readonly<Record<string, Order>> = {
  ...Object.fromEntries(VERDICT_KEYS),
  ...{ j: { do: 'next' }, k: { do: 'previous' }, x: { do: 'split' }, d: { do: 'box' }, p: { do: 'outline' } },
  ...{ u: { do: 'takeBack' }, o: { do: 'original' }, '?': { do: 'help' } },
  ...{ ArrowDown: { do: 'next' }, ArrowRight: { do: 'next' }, ArrowUp: { do: 'previous' }, ArrowLeft: { do: 'previous' } },
};
/** While something is drawn, arrows move the cross, and verdicts wait. */
const DRAWING: Readonly<Record<string, Order>> = {
  ...{ Enter: { do: 'point' }, Escape: { do: 'end' }, u: { do: 'takeBack' }, Backspace: { do: 'takeBack' } },
  ...{ d: { do: 'box' }, p: { do: 'outline' }, o: { do: 'original' }, '?': { do: 'help' } },
};

export function orderOf(pressed: Key, drawing: boolean): Order | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return null;
  const arrow = ARROWS[pressed.key];
  if (drawing && arrow !== undefined) return { do: 'move', by: arrow, fine: pressed.shiftKey };
  const table = drawing ? DRAWING : LOOKING;
  const name = nameOf(pressed);
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

/** Latin letters as they are typed; with Hangul or another script on, the key that has the letter on it. */
function nameOf({ key, code }: Key): string {
  const lower = key.toLowerCase();
  if (/^[\x20-\x7e]$/.test(lower) || Object.hasOwn(ARROWS, key) || /^(Enter|Escape|Backspace|Tab)$/.test(key))
    return lower.length === 1 ? lower : key;
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? key;
}
