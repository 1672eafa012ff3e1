/** Which mark comes after which: picture by picture, in the order in which they were taken. */
export type Show = 'open' | 'changed' | 'all';
export const SHOWS: readonly Show[] = ['open', 'changed', 'all'];

export interface Stop {
  image: string;
  marks: number;
  undecided: number;
}
interface Mark {
  id: string;
  verdict: string | null;
}
export interface Way {
  show: Show;
  /** Marks that are shown otherwise than was decided. */
  changed: ReadonlySet<string>;
  /** Pictures that have one. */
  changedIn: ReadonlySet<string>;
  /** What was decided since the page was opened: going back leads to it again. */
  mine: ReadonlySet<string>;
  mineIn: ReadonlySet<string>;
}

/** The mark before or after one of a picture; from nowhere, the last or the first. Null where the picture has no more. */
export function nextMark(marks: readonly Mark[], from: string | null, forwards: boolean, way: Way): string | null {
  const row = forwards ? marks : [...marks].reverse();
  const at = row.findIndex(({ id }) => id === from);
  return row.slice(at + 1).find((mark) => isWanted(mark, forwards, way))?.id ?? null;
}

/** The picture before or after one. `round`: from the beginning again, up to and with the one it began at. */
export function nextPicture(pictures: readonly Stop[], from: string, forwards: boolean, way: Way, round = false): string | null {
  const row = forwards ? pictures : [...pictures].reverse();
  const at = row.findIndex(({ image }) => image === from);
  const stops = round ? [...row.slice(at + 1), ...row.slice(0, at + 1)] : row.slice(at + 1);
  return stops.find((stop) => isStop(stop, forwards, way))?.image ?? null;
}

function isWanted({ id, verdict }: Mark, forwards: boolean, { show, changed, mine }: Way): boolean {
  if (verdict === 'split') return false; // its parts stand for it
  if (show === 'all') return true;
  if (show === 'changed') return changed.has(id);
  // What was just sent is not known to be decided yet.
  return forwards ? verdict === null && !mine.has(id) : verdict === null || mine.has(id);
}

/** In all pictures something may be missing that nobody has found: they are looked at without marks too. */
function isStop({ image, undecided }: Stop, forwards: boolean, { show, changedIn, mineIn }: Way): boolean {
  if (show === 'all') return true;
  if (show === 'changed') return changedIn.has(image);
  return undecided > 0 || (!forwards && mineIn.has(image));
}
