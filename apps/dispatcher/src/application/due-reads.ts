import type { Workflow } from '@stead/platform/kube';

/** A workflow of whose cluster nothing is heard, or whose last read did not settle it, is read this often. */
const UNHEARD_MS = 2_000;
/** Where its watch speaks, and lists everything anew now and then, it is read this often all the same. */
const HEARD_MS = 30_000;
/** A watch may tell of a workflow before the answer to its POST is written down. */
const EARLY_MS = 60_000;

interface Look {
  askedAtMs: number;
  /** Of the workflow as it was read; null while the last read did not succeed, or there is more to be seen soon. */
  version: string | null;
  /** While its cluster asks for patience: how often it has, and when it may be asked again. */
  refusals: number;
  notBeforeMs: number;
}

/**
 * Which workflows are to be read. Watches and lists tell the version of each: one that has been read is not read again (versions
 * may be compared for equality, and for nothing else). As watches may be wrong, each is also read after a while without news.
 */
export class DueReads {
  private readonly looks = new Map<string, Look>();
  /** Versions that were heard of and not read. */
  private readonly news = new Map<string, { version: string; atMs: number }>();

  /** The workflow of this attempt has this version now; `''`: nobody knows which. */
  heard(attemptId: string, version: string, nowMs: number): void {
    if (version !== '' && this.looks.get(attemptId)?.version === version) this.news.delete(attemptId);
    else this.news.set(attemptId, { version, atMs: nowMs });
  }

  isDue(attemptId: string, isHeard: boolean, nowMs: number): boolean {
    const look = this.looks.get(attemptId);
    if (look !== undefined && nowMs < look.notBeforeMs) return false;
    if (look === undefined || this.news.has(attemptId)) return true;
    return nowMs - look.askedAtMs >= (isHeard && look.version !== null ? HEARD_MS : UNHEARD_MS);
  }

  /** A cluster that fails to answer is asked no more often than one that answers. */
  asked(attemptId: string, nowMs: number): void {
    this.news.delete(attemptId);
    const refusals = this.looks.get(attemptId)?.refusals ?? 0;
    this.looks.set(attemptId, { askedAtMs: nowMs, version: null, refusals, notBeforeMs: 0 });
  }

  /** A cluster that asks for patience gets it, more each time: no news is worth a question that is refused. */
  refused(attemptId: string, retryAfterMs: number, nowMs: number): void {
    const look = this.looks.get(attemptId);
    if (look === undefined) return;
    const waitMs = Math.min(HEARD_MS, Math.max(retryAfterMs, UNHEARD_MS * 2 ** look.refusals));
    this.looks.set(attemptId, { ...look, refusals: look.refusals + 1, notBeforeMs: nowMs + waitMs });
  }

  /** The workflow was read, or shown when it was made. `isSettled`: what it shows changes with its version only. */
  took(attemptId: string, { metadata }: Workflow, isSettled: boolean, nowMs: number): void {
    const version = metadata.resourceVersion;
    if (version !== '' && this.news.get(attemptId)?.version === version) this.news.delete(attemptId);
    const settled = isSettled && version !== '' ? version : null;
    this.looks.set(attemptId, { askedAtMs: nowMs, version: settled, refusals: 0, notBeforeMs: 0 });
  }

  /** Forgets all attempts but the live ones, and those whose workflow was heard of before they were known to be there. */
  keepOnly(live: ReadonlySet<string>, nowMs: number): void {
    for (const id of this.looks.keys()) if (!live.has(id)) this.looks.delete(id);
    for (const [id, { atMs }] of this.news) if (!live.has(id) && nowMs - atMs > EARLY_MS) this.news.delete(id);
  }
}
