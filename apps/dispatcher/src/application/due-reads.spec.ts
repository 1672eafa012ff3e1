import type { Workflow } from '@stead/platform/kube';
import { DueReads } from './due-reads';

const ID = 'attempt';
const at = (resourceVersion: string): Workflow => ({
  ...{ metadata: { name: 'run-1', uid: 'u', resourceVersion }, shutdown: null, phase: 'Running', completed: false },
  ...{ message: null, startedAt: null, finishedAt: null, nodes: [] },
});

let due: DueReads;
/** Read at 0 s in version 7, of a cluster whose watch speaks. */
beforeEach(() => {
  due = new DueReads();
  due.asked(ID, 0);
  due.took(ID, at('7'), true, 0);
});

it('a workflow that nobody has read is due', () => {
  expect(new DueReads().isDue(ID, true, 0)).toBe(true);
});

it('one that was read is due when another version is heard of, and not when a list shows the same', () => {
  due.heard(ID, '7', 1);
  expect(due.isDue(ID, true, 1_000)).toBe(false);
  due.heard(ID, '8', 2);
  expect(due.isDue(ID, true, 1_000)).toBe(true);
  due.asked(ID, 1_000);
  due.took(ID, at('8'), true, 1_010);
  expect(due.isDue(ID, true, 1_020)).toBe(false);
});

it('news that overtakes the answer to a read is not forgotten, and news of what was just read is none', () => {
  due.asked(ID, 1_000);
  due.heard(ID, '9', 1_001);
  due.took(ID, at('8'), true, 1_002);
  expect(due.isDue(ID, true, 1_003)).toBe(true);
  due.took(ID, at('9'), true, 1_004);
  expect(due.isDue(ID, true, 1_005)).toBe(false);
});

it('without news it is due every two seconds where no watch speaks, and every thirty where one does', () => {
  expect([due.isDue(ID, false, 1_999), due.isDue(ID, false, 2_000)]).toEqual([false, true]);
  expect([due.isDue(ID, true, 29_999), due.isDue(ID, true, 30_000)]).toEqual([false, true]);
});

it('a read that failed, or did not settle what it showed, is made again after two seconds, and not at once', () => {
  due.asked(ID, 10_000);
  expect([due.isDue(ID, true, 11_999), due.isDue(ID, true, 12_000)]).toEqual([false, true]);
  due.took(ID, at('8'), false, 12_000);
  expect([due.isDue(ID, true, 13_999), due.isDue(ID, true, 14_000)]).toEqual([false, true]);
});

it('a server that asks for patience gets it, more each time up to half a minute, whatever it tells meanwhile, until it answers', () => {
  const waits: number[] = [];
  let nowMs = 10_000;
  for (let time = 0; time < 6; time += 1) {
    due.asked(ID, nowMs);
    due.refused(ID, 0, nowMs);
    due.heard(ID, String(100 + time), nowMs);
    let untilMs = nowMs;
    while (!due.isDue(ID, true, untilMs)) untilMs += 500;
    waits.push(untilMs - nowMs);
    nowMs = untilMs;
  }
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  due.asked(ID, nowMs);
  due.took(ID, at('200'), true, nowMs);
  due.heard(ID, '201', nowMs + 1);
  expect(due.isDue(ID, true, nowMs + 1)).toBe(true);
});

it('and as much of it as it asks for', () => {
  due.asked(ID, 10_000);
  due.refused(ID, 7_000, 10_000);
  expect([due.isDue(ID, true, 16_999), due.isDue(ID, true, 17_000)]).toEqual([false, true]);
});

it('servers that tell no versions are believed by every hint', () => {
  due.took(ID, at(''), true, 0);
  due.heard(ID, '', 1);
  expect(due.isDue(ID, true, 2)).toBe(true);
});

it('keeps what is heard of an attempt before it is live, for a minute, and nothing of those that are over', () => {
  due.heard('early', '1', 0);
  due.keepOnly(new Set([ID]), 60_000);
  due.took('early', at('0'), true, 60_000);
  expect(due.isDue('early', true, 60_001)).toBe(true);
  due.keepOnly(new Set([ID]), 60_001);
  due.took('early', at('0'), true, 60_001);
  expect(due.isDue('early', true, 60_002)).toBe(false);
  due.keepOnly(new Set(), 60_003);
  expect(due.isDue(ID, true, 60_003)).toBe(true); // unknown again
});
