import type { PublicationAnswer } from './publication';

type Ready = Extract<PublicationAnswer, { kind: 'ready' }>;

export interface RenewalOptions {
  read(): Promise<PublicationAnswer>;
  onRenewed(answer: Ready): void;
  /** The publication was withdrawn. */
  onGone(): void;
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
    const answer = await this.options.read();
    if (this.stopped) return false;
    switch (answer.kind) {
      case 'ready':
        this.options.onRenewed(answer);
        this.start(answer.lifetimeMs);
        return true;
      case 'not-found':
        this.stop();
        this.options.onGone();
        return false;
      case 'not-ready':
      case 'unreachable':
        this.again(RETRY_MS);
        return true; // nobody has said no: the files may still come with the addresses that are known
    }
  }

  private again(ms: number): void {
    this.cancel();
    if (!this.stopped) this.cancel = this.options.schedule(ms, () => void this.now());
  }
}
