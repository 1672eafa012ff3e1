import type { Revision } from './types';

/** Revisions whose undoing the two buttons ask for; null where there is none among those that are known. */
export interface Steps {
  undo: number | null;
  redo: number | null;
}

/**
 * The undoing of an undoing does it again. So what can be undone is the newest revision that stands and did something: an edit, or an
 * undoing of an undoing; and what can be done again is the newest undoing that stands, unless somebody has edited since.
 */
export function stepsOf(revisions: readonly Revision[]): Steps {
  const byNumber = new Map(revisions.map((revision) => [revision.number, revision]));
  const newestFirst = [...revisions].sort((a, b) => b.number - a.number);
  const standing = newestFirst.filter(({ undoneBy, cause }) => undoneBy === null && cause !== 'create');
  const takesBack = (revision: Revision): boolean => revision.cause === 'undo' && depthOf(revision, byNumber) % 2 === 1;
  const undo = standing.find((revision) => !takesBack(revision))?.number ?? null;
  const redo = standing.find(takesBack)?.number ?? null;
  const edited = standing.find(({ cause }) => cause !== 'undo')?.number ?? 0;
  return { undo, redo: redo !== null && redo > edited ? redo : null };
}

/** 0: did something by itself; 1: took something back; 2: did it again; and so on. */
function depthOf(revision: Revision, byNumber: ReadonlyMap<number, Revision>): number {
  let [depth, one]: [number, Revision | undefined] = [0, revision];
  while (one?.cause === 'undo') {
    depth += 1;
    one = one.of === null ? undefined : byNumber.get(one.of);
  }
  return depth;
}
