import type { EventEmitter } from 'node:events';
import type { Logger } from '@stead/platform/logging';

const STEP_TIMEOUT_MS = 10_000;
const SAME_SIGNAL_MS = 1_000;

/** What was started, so that it can be stopped in the opposite order, each within a bound and whatever the others do. */
export class Lifecycle {
  private readonly stops: { name: string; stop: () => Promise<void> | void }[] = [];
  private stopping: Promise<void> | null = null;

  constructor(private readonly logger: Logger) {}

  /** What is started while all the rest already stops is stopped at once. */
  add(name: string, stop: () => Promise<void> | void): void {
    if (this.stopping === null) this.stops.push({ name, stop });
    else this.stopping = this.stopping.then(() => this.stopOne({ name, stop }));
  }

  /** Idempotent: a second signal waits for the first stop. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  /**
   * Stops on SIGTERM and SIGINT, then leaves. Who sends another one later leaves at once; within a second it is the same one, which
   * came to the whole group of processes and was passed on by a parent as well.
   */
  handleSignals(exit: (code: number) => void = process.exit, from: Pick<EventEmitter, 'on'> = process): void {
    let firstMs: number | null = null;
    const onSignal = (signal: NodeJS.Signals): void => {
      const nowMs = performance.now();
      if (firstMs !== null) {
        if (nowMs - firstMs > SAME_SIGNAL_MS) exit(130);
        return;
      }
      firstMs = nowMs;
      this.logger.info({ signal }, 'stopping');
      void this.stop().then(() => exit(0));
    };
    from.on('SIGTERM', onSignal);
    from.on('SIGINT', onSignal);
  }

  private async stopAll(): Promise<void> {
    for (const part of this.stops.reverse()) await this.stopOne(part);
  }

  private async stopOne({ name, stop }: { name: string; stop: () => Promise<void> | void }): Promise<void> {
    const startedMs = performance.now();
    try {
      await withTimeout(Promise.resolve(stop()), STEP_TIMEOUT_MS);
      this.logger.debug({ part: name, ms: Math.round(performance.now() - startedMs) }, 'stopped');
    } catch (error) {
      this.logger.error({ part: name, error }, 'did not stop cleanly');
    }
  }
}

function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
