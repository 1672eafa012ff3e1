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

it('takes what comes thick and fast together: turns that are woken begin at least a gap apart, the first at once', async () => {
  const startedMs: number[] = [];
  running = loop('spec', logger, IDLE_MS, () => Promise.resolve(void startedMs.push(Date.now())), { gapMs: 50 });
  await jest.advanceTimersByTimeAsync(500);
  const fromMs = Date.now();
  startedMs.length = 0;
  for (let ms = 0; ms <= 160; ms += 10) {
    running.wake();
    await jest.advanceTimersByTimeAsync(10);
  }
  await jest.advanceTimersByTimeAsync(50);
  expect(startedMs.map((at) => at - fromMs)).toEqual([0, 50, 100, 150, 200]); // the last of them is not forgotten
  await jest.advanceTimersByTimeAsync(100);
  expect(startedMs.length).toBe(5);
});

it('leaves others four fifths of the time where its turns take long, up to a bound', async () => {
  const gapsMs = async (tookMs: number): Promise<number[]> => {
    const startedMs: number[] = [];
    const options = { gapMs: 50, gapMaxMs: 250 };
    running = loop('spec', logger, IDLE_MS, () => pass(tookMs, startedMs), options);
    for (let ms = 0; ms < 900; ms += 10) {
      running.wake();
      await jest.advanceTimersByTimeAsync(10);
    }
    const stopped = running.stop();
    await jest.advanceTimersByTimeAsync(tookMs);
    await stopped;
    return [...new Set(startedMs.slice(1).map((at, i) => at - (startedMs[i] ?? 0)))];
  };
  const pass = async (ms: number, startedMs: number[]): Promise<void> => {
    startedMs.push(Date.now());
    await new Promise((resolve) => setTimeout(resolve, ms));
  };
  expect(await gapsMs(4)).toEqual([50]);
  expect(await gapsMs(30)).toEqual([150]);
  expect(await gapsMs(100)).toEqual([250]);
});

it('loops that begin together drift apart where their waits are jittered, and none waits longer than it may', async () => {
  const startedMs: number[] = [];
  running = loop('spec', logger, IDLE_MS, () => Promise.resolve(void startedMs.push(Date.now())), { jitter: 0.2 });
  await jest.advanceTimersByTimeAsync(100 * IDLE_MS);
  const waitsMs = startedMs.slice(1).map((at, i) => at - (startedMs[i] ?? 0));
  expect(Math.max(...waitsMs)).toBeLessThanOrEqual(IDLE_MS);
  expect(Math.min(...waitsMs)).toBeGreaterThanOrEqual(0.8 * IDLE_MS - 1);
  expect(new Set(waitsMs).size).toBeGreaterThan(20);
});
