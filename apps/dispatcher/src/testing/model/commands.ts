import fc from 'fast-check';
import type { TurnName } from '../../application/scheduler-turns';
import type { Message } from './messages';
import type { CallFault, SimulatedCluster, Verb, WorkEvent } from './simulated-cluster';
import type { DatabaseFault, Shape } from './world';

/** What may happen next. Numbers that pick are taken modulo what there is, so that every command means something everywhere. */
export type Command =
  | { do: 'message'; kind: Message['kind']; run: number; points: number }
  | { do: 'turn'; name: TurnName; points: number }
  | { do: 'round'; ms: number; turns: number }
  | { do: 'race'; first: TurnName; points: number; then: TurnName | 'cancel' | 'kill' | 'pause'; run: number; isOver: boolean }
  | { do: 'outage'; clusters: readonly number[]; store: boolean; standsStill: boolean; rounds: readonly number[]; heals: boolean }
  | { do: 'cap'; scope: number; capMicros: number | null }
  | { do: 'step'; pick: number; points: number }
  | { do: 'wait'; ms: number }
  | { do: 'kill'; requestsArrive: boolean }
  | { do: 'kill-handler'; pick: number }
  | { do: 'pause' }
  | { do: 'wake' }
  | { do: 'sleep'; ms: number }
  | { do: 'stale-turn'; name: TurnName; points: number }
  | { do: 'reach'; cluster: number; reach: SimulatedCluster['reach']; standsStill: boolean }
  | { do: 'crowd'; cluster: number; gpus: number; rounds: readonly number[] }
  | { do: 'controller'; cluster: number; isDown: boolean }
  | { do: 'fault'; cluster: number; verb: Verb; fault: CallFault }
  | { do: 'arrive'; cluster: number; pick: number }
  | { do: 'work'; pick: number; event: WorkEvent; isSeen: boolean }
  | { do: 'work-all'; times: number }
  | { do: 'store'; answers: boolean }
  | { do: 'damage'; pick: number; how: 'delete' | 'flip' }
  | { do: 'clock'; skewMs: number }
  | { do: 'database'; fault: DatabaseFault }
  | { do: 'squat'; run: number; cluster: number; asLatest: boolean };

export const RUNS_MAX = 4;
const THROUGH = 10_000;

const TURNS: readonly TurnName[] = ['place', 'submit', 'follow', 'verify', 'sweep', 'silence', 'bounce'];
const turnName = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...TURNS) },
  { weight: 1, arbitrary: fc.constantFrom<TurnName>('mark', 'logs', 'purge', 'forget') },
);
/** Mostly to the end; else so far that something else comes in between. */
const points = fc.oneof(
  { weight: 3, arbitrary: fc.constant(THROUGH) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 14 }) },
);
const pick = fc.nat({ max: 11 });
const run = fc.nat({ max: RUNS_MAX - 1 });
const cluster = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) });
const waitMs = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(500, 2_000, 4_000) },
  { weight: 4, arbitrary: fc.constantFrom(6_000, 12_000, 25_000) },
  { weight: 2, arbitrary: fc.constantFrom(65_000, 130_000, 320_000) },
  { weight: 1, arbitrary: fc.constant(25 * 3_600_000) },
);
const roundsMs = fc.array(fc.constantFrom(2_000, 6_000, 12_000, 30_000, 70_000), { maxLength: 6 });
const workEvent: fc.Arbitrary<WorkEvent> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<WorkEvent>({ kind: 'go' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('finish' as const),
      outcome: fc.constantFrom('whole', 'whole', 'no-manifest', 'missing-file', 'short-file', 'other-epoch', 'not-json'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('exit' as const),
      code: fc.constantFrom(1, 1, 10, 20, 30, 137),
      record: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<WorkEvent>({ kind: 'node-lost' }, { kind: 'delete' }, { kind: 'hang' }) },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  weighted(7, { do: fc.constant('message' as const), kind: fc.constant('request' as const), run, points }),
  weighted(2, {
    do: fc.constant('message' as const),
    kind: fc.constantFrom(
      ...(['order-cancel', 'ask-cancel', 'purge', 'order-cancel', 'ask-cancel', 'purge-published', 'purge-work'] as const),
    ),
    run,
    points,
  }),
  weighted(16, { do: fc.constant('turn' as const), name: turnName, points }),
  weighted(12, {
    do: fc.constant('round' as const),
    ms: fc.constantFrom(0, 1_000, 2_000, 12_000),
    turns: fc.oneof({ weight: 2, arbitrary: fc.constant(7) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 6 }) }),
  }),
  weighted(8, {
    do: fc.constant('race' as const),
    first: fc.constantFrom(...TURNS),
    points: fc.nat({ max: 16 }),
    then: fc.constantFrom<TurnName | 'cancel' | 'kill' | 'pause'>(...TURNS, 'cancel', 'cancel', 'kill', 'pause'),
    run,
    isOver: fc.boolean(),
  }),
  weighted(5, {
    do: fc.constant('outage' as const),
    clusters: fc.constantFrom([0], [0], [1], [0, 1], [0, 1, 2]),
    store: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    standsStill: fc.boolean(),
    rounds: roundsMs,
    heals: fc.boolean(),
  }),
  weighted(1, {
    do: fc.constant('cap' as const),
    scope: fc.nat({ max: 2 }),
    capMicros: fc.constantFrom(null, 0, 10_000, 50_000, 200_000, 1_000_000),
  }),
  weighted(10, { do: fc.constant('step' as const), pick, points }),
  weighted(6, { do: fc.constant('wait' as const), ms: waitMs }),
  weighted(3, { do: fc.constant('kill' as const), requestsArrive: fc.boolean() }),
  weighted(1, { do: fc.constant('kill-handler' as const), pick }),
  weighted(2, { do: fc.constant('pause' as const) }),
  weighted(2, { do: fc.constant('wake' as const) }),
  weighted(2, { do: fc.constant('sleep' as const), ms: waitMs }),
  weighted(2, { do: fc.constant('stale-turn' as const), name: turnName, points }),
  weighted(6, {
    do: fc.constant('reach' as const),
    cluster,
    reach: fc.constantFrom('well' as const, 'silent' as const, 'silent' as const, 'well' as const, 'refusing' as const),
    standsStill: fc.boolean(),
  }),
  weighted(3, { do: fc.constant('crowd' as const), cluster, gpus: fc.constantFrom(2, 2, 2, 1, 0), rounds: roundsMs }),
  weighted(1, { do: fc.constant('controller' as const), cluster, isDown: fc.boolean() }),
  weighted(7, {
    do: fc.constant('fault' as const),
    cluster,
    verb: fc.constantFrom('create' as const, 'create' as const, 'get' as const, 'patch' as const),
    fault: fc.constantFrom<CallFault>(
      ...(['request-lost', 'answer-lost', 'delayed', 'conflict', 'throttled'] as const),
      ...(['failing', 'failing-after', 'forbidden', 'invalid'] as const),
    ),
  }),
  weighted(2, { do: fc.constant('arrive' as const), cluster, pick }),
  weighted(16, { do: fc.constant('work' as const), pick, event: workEvent, isSeen: fc.boolean() }),
  weighted(4, { do: fc.constant('work-all' as const), times: fc.integer({ min: 1, max: 5 }) }),
  weighted(2, { do: fc.constant('store' as const), answers: fc.boolean() }),
  weighted(1, { do: fc.constant('damage' as const), pick, how: fc.constantFrom('delete' as const, 'flip' as const) }),
  weighted(1, { do: fc.constant('clock' as const), skewMs: fc.constantFrom(-300_000, 300_000, 0) }),
  weighted(2, {
    do: fc.constant('database' as const),
    fault: fc.record({
      point: fc.constantFrom('statement' as const, 'commit' as const, 'committed' as const),
      after: fc.nat({ max: 6 }),
    }),
  }),
  weighted(1, { do: fc.constant('squat' as const), run, cluster, asLatest: fc.boolean() }),
);

/** What happens, one thing after the other, before everything is mended; and to which clusters. */
export interface Schedule {
  shape: Shape;
  commands: readonly Command[];
}

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  shape: fc.constantFrom<Shape>('home-and-cloud', 'home-and-cloud', 'one', 'three'),
  commands: fc.array(command, { minLength: 1, maxLength: 60, size: 'max' }),
});

function weighted<T extends { do: fc.Arbitrary<string> }>(
  weight: number,
  members: T,
): { weight: number; arbitrary: fc.Arbitrary<Command> } {
  return { weight, arbitrary: fc.record(members) as unknown as fc.Arbitrary<Command> }; // a record of these members is one of them
}
