import fc from 'fast-check';
import { schedules, type Schedule } from './commands';
import { mend } from './mend';
import { play } from './play';
import type { Tampering } from './tampering';
import { World } from './world';

export interface CheckOptions {
  seed: number;
  runs: number;
  /** Where in the seed's schedules to begin, as a failure names it. */
  path?: string;
  tampering?: Tampering;
  /** False: the first schedule that is found will do, however long it is. */
  isMadeSmall?: boolean;
}

/** The first schedule that breaks a rule. */
export interface Finding {
  schedule: Schedule;
  error: Error;
  seed: number;
  path: string;
  /** How many schedules it took. */
  after: number;
}

/** Null when no schedule breaks a rule. */
export async function check({ seed, runs, path, tampering, isMadeSmall = true }: CheckOptions): Promise<Finding | null> {
  const property = fc.asyncProperty(schedules, (schedule) => playThrough(schedule, tampering));
  const from = path === undefined ? {} : { path };
  const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: !isMadeSmall, ...from });
  if (!details.failed) return null;
  const [schedule] = details.counterexample ?? [{ shape: 'one', commands: [] }];
  const { errorInstance, counterexamplePath, numRuns } = details;
  const error = errorInstance instanceof Error ? errorInstance : new Error(String(errorInstance));
  return { schedule, error, seed: details.seed, path: counterexamplePath ?? '', after: numRuns };
}

/** One schedule, mended at its end. Throws what was found. */
export async function playThrough(
  { shape, commands }: Schedule,
  tampering?: Tampering,
  onEvent: ((event: string) => void) | null = null,
): Promise<void> {
  const random = Math.random;
  Math.random = sequence();
  try {
    const world = new World(shape, tampering);
    world.onEvent = onEvent;
    await play(world, commands);
    await mend(world);
  } finally {
    Math.random = random;
  }
}

/** Each schedule has the same chances each time: waits before another try are drawn by lot. */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

/** What the schedule did, line by line. */
export async function traceOf(schedule: Schedule, tampering?: Tampering): Promise<string> {
  const lines: string[] = [];
  await playThrough(schedule, tampering, (event) => lines.push(event)).catch((error: unknown) => lines.push(String(error)));
  return lines.join('\n');
}
