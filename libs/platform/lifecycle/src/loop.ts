import type { Logger } from '@stead/platform/logging';

const BACKOFF_MAX_MS = 30_000;
/** Of all the time, a fifth. */
const REST = 5;

export interface Loop {
  /** Runs a turn at once, or right after the one that is running. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Repeats a turn of work: after `idleMs` without a wake-up, or at once while turns say that there is more to do. Turns never
 * overlap. A turn that throws is logged, and the wait before the next one doubles up to 30 s. A turn that was woken begins no
 * sooner than `gapMs` after the last one began: what comes thick and fast is dealt with together, what comes alone at once. Where
 * turns take long that becomes five times as long as the last one took, up to `gapMaxMs`, so that others get to work in between.
 * Loops that begin together drift apart where each wait is shorter by a random part of up to `jitter`.
 */
export function loop(
  name: string,
  logger: Logger,
  idleMs: number,
  turn: () => Promise<boolean | void>,
  { gapMs = 0, gapMaxMs = gapMs, jitter = 0 }: { gapMs?: number; gapMaxMs?: number; jitter?: number } = {},
): Loop {
  let stopped = false;
  let woken = false;
  let failures = 0;
  let interrupt: () => void = () => undefined;
  let isWakeable = true;

  const pause = (ms: number, wakeable: boolean): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      isWakeable = wakeable;
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const backoffMs = (): number => Math.min(BACKOFF_MAX_MS, Math.max(idleMs, 250 * 2 ** failures));

  const run = async (): Promise<void> => {
    while (!stopped) {
      const begunMs = performance.now();
      woken = false;
      let more = false;
      try {
        more = (await turn()) === true;
        failures = 0;
      } catch (error) {
        failures += 1;
        logger.error({ loop: name, error, failures }, 'a turn failed');
      }
      if (stopped || more) continue;
      const gap = Math.min(gapMaxMs, Math.max(gapMs, REST * (performance.now() - begunMs)));
      if (!woken || failures > 0)
        await pause(failures === 0 ? idleMs * (1 - jitter * Math.random()) : backoffMs(), failures === 0);
      const leftMs = begunMs + gap - performance.now();
      if (leftMs > 0 && !stopped) await pause(leftMs, false);
    }
  };
  const done = run();

  return {
    wake: () => {
      woken = true;
      if (isWakeable) interrupt();
    },
    stop: async () => {
      stopped = true;
      interrupt();
      await done;
    },
  };
}
