import type { Answer, OpenVisit } from './open-place';
import type { Refusal } from './refusal';

export interface RenewalOptions {
  /** Reads the publication in the same visit. */
  read(): Promise<Answer>;
  /** Begins a visit anew: what was given for the first one may have run out while access has not. */
  reopen(): Promise<Answer>;
  onRenewed(answer: OpenVisit): void;
  /** All is over, or something is asked for again. */
  onRefused(refusal: Refusal): void;
  /** Runs work later; returns what calls it off. */
  schedule(ms: number, work: () => void): () => void;
}

/** Renewed when this share of the lifetime is over: what remains covers a slow network and a tab that slept a little. */
const SHARE = 0.75;
const WAIT_MIN_MS = 5_000;
const RETRY_MS = 10_000;
/** Above this, browsers' timers overflow and fire at once. */
const WAIT_MAX_MS = 2_000_000_000;

/** Keeps the signed addresses fresh, in time and on demand. */
export class Renewal {
  private cancel: () => void = () => undefined;
  private running: Promise<boolean> | null = null;
  private stopped = false;

  constructor(private readonly options: RenewalOptions) {}

  start(lifetimeMs: number): void {
    this.again(Math.min(WAIT_MAX_MS, Math.max(WAIT_MIN_MS, lifetimeMs * SHARE)));
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  /** Renews at once, for a file that was refused; however many ask, the server is asked once. False when all is over. */
  now(): Promise<boolean> {
    this.running ??= this.renew().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async renew(): Promise<boolean> {
    if (this.stopped) return false;
    const read = await this.options.read();
    const answer = isNo(read) && !this.stopped ? await this.options.reopen() : read;
    if (this.stopped) return false;
    if (answer.kind === 'open') {
      this.options.onRenewed(answer);
      this.start(answer.lifetimeMs);
      return true;
    }
    if (isNo(answer)) {
      this.stop();
      this.options.onRefused(answer);
      return false;
    }
    this.again('retryAfterMs' in answer ? Math.max(RETRY_MS, answer.retryAfterMs) : RETRY_MS);
    return true; // nobody has said no: the files may still come with the addresses that are known
  }

  private again(ms: number): void {
    this.cancel();
    if (!this.stopped) this.cancel = this.options.schedule(ms, () => void this.now());
  }
}

type Later = Extract<Refusal, { kind: 'not-ready' | 'too-many' | 'unreachable' }>;

function isNo(answer: Answer): answer is Exclude<Refusal, Later> {
  return !['open', 'not-ready', 'too-many', 'unreachable'].includes(answer.kind);
}
