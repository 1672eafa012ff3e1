import { createLogger } from '@stead/platform/logging';
import { loop, type Loop } from './loop';

const logger = createLogger({ service: 'spec', level: 'silent' });
const IDLE_MS = 1_000;

let running: Loop | null = null;
beforeEach(() => void jest.useFakeTimers());
afterEach(async () => {
  await running?.stop();
  jest.useRealTimers();
});

it('takes a turn at once, and another after each idle wait', async () => {
  let turns = 0;
  running = loop('spec', logger, IDLE_MS, () => Promise.resolve(void (turns += 1)));
  await jest.advanceTimersByTimeAsync(0);
  expect(turns).toBe(1);
  await jest.advanceTimersByTimeAsync(3 * IDLE_MS);
  expect(turns).toBe(4);
});

it('goes on at once while there is more to do', async () => {
  let turns = 0;
  running = loop('spec', logger, IDLE_MS, () => Promise.resolve((turns += 1) < 5));
  await jest.advanceTimersByTimeAsync(0);
  expect(turns).toBe(5);
});

it('never overlaps its turns, and remembers one wake-up that comes during a turn', async () => {
  let [turns, inside, most] = [0, 0, 0];
  let finish: () => void = () => undefined;
  running = loop('spec', logger, IDLE_MS, async () => {
    turns += 1;
    inside += 1;
    most = Math.max(most, inside);
    await new Promise<void>((resolve) => (finish = resolve));
    inside -= 1;
  });
  for (let i = 0; i < 5; i += 1) running.wake();
  expect(turns).toBe(1);
  finish();
  await jest.advanceTimersByTimeAsync(0);
  expect(turns).toBe(2);
  finish();
  await jest.advanceTimersByTimeAsync(IDLE_MS - 1);
  expect([turns, most]).toEqual([2, 1]);
  finish();
});

it('waits ever longer after turns that fail, up to thirty seconds, whoever wakes it; a success ends that', async () => {
  const startedMs: number[] = [];
  let failing = true;
  running = loop('spec', logger, 100, () => {
    startedMs.push(Date.now());
    return failing ? Promise.reject(new Error('no')) : Promise.resolve();
  });
  for (let ms = 0; ms < 150_000; ms += 100) {
    running.wake();
    await jest.advanceTimersByTimeAsync(100);
  }
  const waitsMs = startedMs.slice(1).map((at, i) => at - (startedMs[i] ?? 0));
  expect(waitsMs.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  failing = false;
  await jest.advanceTimersByTimeAsync(30_000);
  const before = startedMs.length;
  await jest.advanceTimersByTimeAsync(1_000);
  expect(startedMs.length - before).toBeGreaterThanOrEqual(9);
});

it('stops after the turn that runs, and takes no other', async () => {
  let turns = 0;
  let finish: () => void = () => undefined;
  running = loop('spec', logger, IDLE_MS, async () => {
    turns += 1;
    await new Promise<void>((resolve) => (finish = resolve));
    return true;
  });
  let stopped = false;
  const stop = running.stop().then(() => (stopped = true));
  await jest.advanceTimersByTimeAsync(5_000);
  expect(stopped).toBe(false);
  finish();
  await stop;
  running.wake();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(turns).toBe(1);
});
