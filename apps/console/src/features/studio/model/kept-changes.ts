import type { Wish } from './wishes';

/** A save that is under way, or whose answer was lost: sent again under the same name, it is the same revision. */
export interface Sending {
  changeId: string;
  tag: string;
  wishes: Map<string, Wish>;
}

/** What outlives a reload, as text. */
interface Kept {
  /** Entity tag of what the changes were thought up for. */
  tag: string;
  sending: { changeId: string; tag: string; wishes: [string, Wish][] } | null;
  pending: [string, Wish][];
}

export function textOfKept(tag: string, sending: Sending | null, pending: [string, Wish][]): string {
  const kept: Kept = { tag, sending: sending === null ? null : { ...sending, wishes: [...sending.wishes] }, pending };
  return JSON.stringify(kept);
}

/** Our own writing; what is damaged is nothing. */
export function keptIn(text: string | null): Kept | null {
  try {
    const kept = text === null ? null : (JSON.parse(text) as Kept);
    return kept !== null && Array.isArray(kept.pending) ? kept : null;
  } catch {
    return null;
  }
}
