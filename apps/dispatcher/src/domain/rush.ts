/** A run that will have to leave for the cloud: its turn at home is expected too late. */
export interface Leaving {
  runId: string;
  /** Until its last safe moment. */
  leaveInMs: number;
  /** How long it will hold a slot there. */
  takesMs: number;
}

/**
 * Who leaves now although the last safe moment is still to come, because the cloud is limited and would be full by then: runs
 * that came together have to leave together. Each takes a slot at its moment and gives it back at its end; as long as one would
 * find none, the first of them leaves while there still is one. Nobody leaves early where there are slots for all.
 */
export function leaveBeforeRush(leaving: readonly Leaving[], slotsFree: number, endsInMs: readonly number[]): string[] {
  const rest = [...leaving].sort((a, b) => a.leaveInMs - b.leaveInMs || (a.runId < b.runId ? -1 : 1));
  const ends = [...endsInMs].sort((a, b) => a - b);
  const early: string[] = [];
  let free = slotsFree;
  while (free > 0 && rest.length > free && isOneRefused(rest, free, ends)) {
    const first = rest.shift();
    if (first === undefined) break;
    early.push(first.runId);
    free -= 1;
    insert(first.takesMs, ends);
  }
  return early;
}

function isOneRefused(leaving: readonly Leaving[], slotsFree: number, endsInMs: readonly number[]): boolean {
  const ends = [...endsInMs];
  let free = slotsFree;
  let ended = 0;
  for (const { leaveInMs, takesMs } of leaving) {
    for (; (ends[ended] ?? Infinity) <= leaveInMs; ended += 1) free += 1;
    if (free === 0) return true;
    free -= 1;
    insert(leaveInMs + takesMs, ends);
  }
  return false;
}

/** Among sorted numbers; sorting thousands of them anew for each run would take most of a cycle. */
export function insert(value: number, sorted: number[]): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}
