import type { Logger } from '@stead/platform/logging';

export interface Loop {
  /** Runs a turn at once, or right after the one that is running. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Repeats a turn of work: after `idleMs` without a wake-up, or at once while turns say that there is more to do. Turns never
 * overlap. A turn that throws is logged, and the wait before the next one doubles up to 30 s.
 */
export function loop(name: string, logger: Logger, idleMs: number, turn: () => Promise<boolean | void>): Loop {
  const BACKOFF_MAX_MS = 30_000;
  let stopped = false;
  let woken = false;
  let failures = 0;
  let interrupt: () => void = () => undefined;

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    while (!stopped) {
      woken = false;
      let more = false;
      try {
        more = (await turn()) === true;
        failures = 0;
      } catch (error) {
        failures += 1;
        logger.error({ loop: name, error, failures }, 'a turn failed');
      }
      if (stopped || more || (woken && failures === 0)) continue;
      await wait(failures === 0 ? idleMs : Math.min(BACKOFF_MAX_MS, Math.max(idleMs, 250 * 2 ** failures)));
    }
  };
  const done = run();

  return {
    wake: () => {
      woken = true;
      if (failures === 0) interrupt();
    },
    stop: async () => {
      stopped = true;
      interrupt();
      await done;
    },
  };
}
