import { playThrough } from './testing/model/check';
import type { Command, Schedule } from './testing/model/commands';

const request: Command = { do: 'message', kind: 'request', run: 0, points: 10_000 };
const round = (ms: number): Command => ({ do: 'round', ms, turns: 7 });
const place: Command = { do: 'turn', name: 'place', points: 10_000 };
const silence = (clusters: readonly number[], store: boolean, rounds: readonly number[], heals: boolean): Command => ({
  ...{ do: 'outage', clusters, store, rounds, heals },
  standsStill: false,
});
const silent = (cluster: number): Command => ({ do: 'reach', cluster, reach: 'silent', standsStill: false });

/** What the model check has found once, made as small as it could be. Each broke a promise before it was mended. */
const FOUND: Readonly<Record<string, Schedule>> = {
  'the last words of a run that has failed are not overwritten by its progress': {
    shape: 'home-and-cloud',
    commands: [
      ...[round(0), request, round(0)],
      { do: 'work-all', times: 3 },
      { do: 'work', pick: 0, event: { kind: 'exit', code: 10, record: false }, isSeen: false },
      round(1_000),
    ],
  },
  'a wall clock that jumps makes no attempt look stuck': {
    shape: 'home-and-cloud',
    commands: [round(0), request, place, { do: 'clock', skewMs: 300_000 }, { do: 'turn', name: 'silence', points: 10_000 }],
  },
  'a workflow that has the name of an attempt and is somebody else’s is neither ended nor taken back': {
    shape: 'home-and-cloud',
    commands: [request, { do: 'squat', run: 0, cluster: 0, asLatest: false }, round(0), silent(0), round(0), round(12_000)],
  },
  'a leader whose wall clock is ahead gives nothing up for a silence that has just begun': {
    shape: 'home-and-cloud',
    commands: [
      { do: 'reach', cluster: 0, reach: 'refusing', standsStill: false },
      ...[request, round(0), round(0), silent(1), round(2_000), round(2_000)],
      { do: 'clock', skewMs: 300_000 },
      { do: 'kill', requestsArrive: false },
      ...[round(0), round(2_000), round(2_000)],
    ],
  },
  'the time in which we were cut off is no silence to the next leader either': {
    shape: 'home-and-cloud',
    commands: [
      ...[round(0), request, round(0), silence([0, 1], true, [70_000], false)],
      { do: 'store', answers: true },
      { do: 'kill', requestsArrive: false },
      ...[round(0), round(6_000), round(6_000)],
    ],
  },
  'what was only promised when it was judged and runs when it is given up keeps its grace': {
    shape: 'home-and-cloud',
    commands: [
      { do: 'message', kind: 'request', run: 0, points: 4 },
      round(0),
      { do: 'step', pick: 0, points: 10_000 },
      { do: 'turn', name: 'place', points: 14 },
      { do: 'step', pick: 0, points: 14 },
      silence([0], false, [], false),
      { do: 'wait', ms: 25_000 },
      { do: 'round', ms: 0, turns: 2 },
    ],
  },
  'a cluster that has answered for a moment is silent anew and not still': {
    shape: 'one',
    commands: [
      ...[round(0), request, round(0), silence([0], false, [30_000, 30_000], true)],
      ...[round(4_000), silent(0), round(12_000)],
    ],
  },
  'the time in which a leader stood still is no silence of a cluster to it': {
    shape: 'one',
    commands: [
      ...[round(0), request, round(0), silence([0], false, [30_000], false)],
      { do: 'sleep', ms: 65_000 },
      { do: 'turn', name: 'silence', points: 10_000 },
    ],
  },
  'the time in which a leader stood still makes no pod look as if no node took it': {
    shape: 'home-and-cloud',
    commands: [
      ...[request, round(0), { do: 'crowd', cluster: 0, gpus: 2, rounds: [] } as const, round(1_000)],
      ...[{ do: 'sleep', ms: 65_000 } as const, round(0)],
    ],
  },
  'the time in which a leader stood still makes no attempt look stuck': {
    shape: 'home-and-cloud',
    commands: [
      ...[round(0), request, round(0), round(2_000)],
      { do: 'sleep', ms: 130_000 },
      { do: 'turn', name: 'silence', points: 10_000 },
    ],
  },
};

it.each(Object.entries(FOUND))('%s', async (_name, schedule) => {
  await playThrough(schedule);
});
