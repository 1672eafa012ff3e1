import type { Clock } from '@stead/platform/clock';
import { LABEL, type MetadataObject } from '@stead/platform/kube';
import type { Logger } from '@stead/platform/logging';
import type { ObjectStore } from '@stead/platform/object-store';
import type { Outbox } from '@stead/platform/outbox';
import { AttemptAccounts } from './attempt-accounts';
import { BounceBack } from './bounce-back';
import { CollectLogs } from './collect-logs';
import type { DispatchMetrics } from './dispatch-metrics';
import { Estimates } from './estimates';
import { FollowAttempts } from './follow-attempts';
import { ForgetCycles } from './forget-cycles';
import { GiveUpAttempt } from './give-up-attempt';
import { Grace } from './grace';
import { KeepBudget } from './keep-budget';
import type { CloudStore } from './machines';
import { MindMachines } from './mind-machines';
import { MindSilence } from './mind-silence';
import { Lifecycles } from './move-run';
import { PlaceRuns } from './place-runs';
import type {
  AttemptStore,
  BudgetStore,
  ClusterStore,
  CycleStore,
  DecisionStore,
  RunStore,
  Sites,
  StepStore,
  UnitOfWork,
  WorkspaceStore,
} from './ports';
import { PurgeRuns } from './purge-run';
import { MarkFenced } from './replicate/mark-fenced';
import type { Replication } from './replicate/replication';
import { ReportFigures } from './report-figures';
import { SettleAttempts } from './settle-attempts';
import { SubmitAttempts } from './submit-attempts';
import { SweepAttempts } from './sweep-attempts';
import { TakeSnapshot } from './take-snapshot';
import { VerifyRuns } from './verify-runs';
import type { BouncePolicy } from '../domain/bounce';
import type { Policy } from '../domain/policy';
import { RUN_LABEL } from '../domain/run';

export interface SchedulerParts {
  work: UnitOfWork;
  runs: RunStore;
  attempts: AttemptStore;
  steps: StepStore;
  decisions: DecisionStore;
  cycles: CycleStore;
  clusters: ClusterStore;
  workspaces: WorkspaceStore;
  budgets: BudgetStore;
  clouds: CloudStore;
  outbox: Outbox;
  sites: Sites;
  objects: ObjectStore;
  policy: Policy;
  bouncePolicy: BouncePolicy;
  counts: DispatchMetrics;
  clock: Clock;
  logger: Logger;
  /** What object stores of clusters' own are filled and emptied by. */
  replicate: (lifecycles: Lifecycles) => Replication;
  /** Counts the silence of every cluster anew. */
  restartSilence: () => void;
  /** Takes work that no turn waits for, and sees to its errors. */
  background: (work: Promise<unknown>) => void;
}

type Turn = () => Promise<boolean | void>;

/** What a leader does again and again; each turn by itself never overlaps, different ones do. True: there is more to do at once. */
export interface SchedulerTurns extends Record<TurnName, Turn> {
  readonly lifecycles: Lifecycles;
  readonly snapshots: TakeSnapshot;
  /** A workflow changed, or was there when all were listed. True when there is something to follow. */
  saw(cluster: string, workflow: MetadataObject): boolean;
  /** The workflow of this attempt is worth another look. */
  hint(attemptId: string): void;
}
export type TurnName =
  'place' | 'submit' | 'follow' | 'verify' | 'sweep' | 'silence' | 'bounce' | 'machines' | 'mark' | 'logs' | 'purge' | 'forget';

/** The use cases of one leader, wired to each other. Whoever leads, in earnest or in a test, is made of these. */
export function schedulerTurns(parts: SchedulerParts): SchedulerTurns {
  const { work, runs, attempts, steps, decisions, cycles, clusters, workspaces, budgets, clouds } = parts;
  const { outbox, sites, objects, policy, bouncePolicy, counts, clock, logger, restartSilence } = parts;
  const accounts = new AttemptAccounts(workspaces, budgets, counts.spend, (cluster) => sites.get(cluster)?.kind === 'cloud');
  const lifecycles = new Lifecycles(runs, attempts, outbox, counts, accounts);
  const estimates = new Estimates(work, steps, clock);
  const { inputs, outputs, removal, ahead, transfers, stores } = parts.replicate(lifecycles);
  const settle = new SettleAttempts(work, runs, attempts, sites, objects, outputs, lifecycles, policy, clock, logger);
  const submit = new SubmitAttempts(work, runs, attempts, sites, lifecycles, inputs, policy, counts, clock, logger);
  const giveUp = new GiveUpAttempt(work, runs, attempts, lifecycles, policy, clock, logger);
  const budget = new KeepBudget(work, attempts, budgets, giveUp, logger);
  const follow = new FollowAttempts(
    ...([work, runs, attempts, steps, sites, lifecycles, settle, estimates, budget, outbox, clock, logger] as const),
  );
  const grace = new Grace(work, runs, steps, workspaces, sites, estimates, policy, clock);
  const silence = new MindSilence(
    ...([work, runs, attempts, sites, objects, lifecycles, giveUp, grace, policy, clock, logger, restartSilence] as const),
  );
  const snapshots = new TakeSnapshot(
    ...([work, runs, attempts, workspaces, budgets, sites, estimates, transfers, silence, policy, clock] as const),
  );
  const reports = new ReportFigures(work, runs, attempts, clusters, budgets, counts, clock);
  const place = new PlaceRuns(
    ...([work, runs, attempts, decisions, cycles, workspaces, budgets, snapshots, reports, ahead] as const),
    ...([lifecycles, estimates, policy, counts, clock] as const),
  );
  const verify = new VerifyRuns(work, runs, attempts, steps, objects, outputs, settle, lifecycles, clock, logger);
  const sweep = new SweepAttempts(work, runs, attempts, sites, settle, lifecycles, clock, logger);
  const logs = new CollectLogs(work, steps, sites, objects, clock, logger);
  const purge = new PurgeRuns(work, runs, objects, removal);
  const mark = new MarkFenced(work, runs, attempts, stores, clock, logger);
  const forget = new ForgetCycles(work, cycles, clock);
  const bounce = new BounceBack(work, runs, attempts, sites, lifecycles, bouncePolicy, counts, clock, logger);
  const machines = new MindMachines(work, attempts, clouds, sites, counts, clock, logger);
  const onCreated: Parameters<SubmitAttempts['turn']>[0] = (attempt, workflow) =>
    parts.background(follow.show(attempt, workflow));

  return {
    ...{ lifecycles, snapshots },
    place: async () => {
      const { placed, hasMore } = await place.turn();
      // A cluster that hangs must not hold up the placing of others' runs.
      if (placed.length > 0) parts.background(submit.turn(onCreated, placed));
      return hasMore;
    },
    submit: () => submit.turn(onCreated),
    follow: () => follow.turn(),
    verify: () => verify.turn(),
    sweep: () => sweep.turn(),
    silence: () => silence.turn(),
    bounce: () => bounce.turn(),
    machines: () => machines.turn(),
    mark: () => mark.turn(),
    logs: () => logs.turn(),
    purge: () => purge.turn(),
    forget: () => forget.turn(),
    hint: (attemptId) => follow.hint(attemptId),
    saw: (cluster, { metadata: { name, uid, labels, resourceVersion } }) => {
      const attemptId = labels?.[RUN_LABEL.attempt];
      if (attemptId === undefined) return false;
      if (labels?.[LABEL.completed] !== 'true') sweep.saw(attemptId, cluster, name, uid);
      follow.hint(attemptId, resourceVersion);
      return true;
    },
  };
}
