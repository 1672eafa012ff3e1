import { loop, type Loop } from '@stead/platform/lifecycle';
import type { ServiceParts } from '@stead/platform/service';
import { PostgresReplicationStore } from './adapters/postgres/replication.store';
import { PostgresCaptureRemovalStore, PostgresReplicaStore, PostgresTransferRateStore } from './adapters/postgres/replica.stores';
import { ClusterStores } from './adapters/s3/cluster-stores';
import type { Lifecycles } from './application/move-run';
import type { AttemptStore, RunStore, UnitOfWork } from './application/ports';
import { Budget } from './application/replicate/budget';
import { CaptureUse } from './application/replicate/capture-use';
import { CopyObject } from './application/replicate/copy-object';
import { CopyInParts } from './application/replicate/copy-parts';
import { EndReplications } from './application/replicate/end-replication';
import { RunLists } from './application/replicate/lists';
import { MoveReplications } from './application/replicate/move-replication';
import { Progress } from './application/replicate/progress';
import { RemoveReplicas } from './application/replicate/remove-replicas';
import { Replicate } from './application/replicate/replicate';
import type { Replication } from './application/replicate/replication';
import { ReplicateAhead } from './application/replicate/replicate-ahead';
import { ReplicateInputs } from './application/replicate/replicate-inputs';
import { ReplicateOutputs } from './application/replicate/replicate-outputs';
import { ReplicationMetrics } from './application/replicate/replication-metrics';
import { StoredReplicas } from './application/replicate/stored-replicas';
import { KnownTransfers } from './application/replicate/transfers';
import type { DispatcherConfig } from './config';
import type { Policy } from './domain/policy';

const TICK_MS = 1_000;
const REMOVE_MS = 60_000;
/** Of objects that are being copied. */
const MEMORY_BYTES_MAX = 128 * 1024 * 1024;

/** What the scheduler does with several object stores; with one of them, nothing at all. */
export interface ReplicationTerm extends Replication {
  loops: Loop[];
  stop(): Promise<void>;
}

interface Surroundings {
  work: UnitOfWork;
  runs: RunStore;
  attempts: AttemptStore;
  lifecycles: Lifecycles;
  policy: Policy;
  /** Nothing is done before. */
  hasBegun: () => boolean;
  /** Something has arrived, or will not: whoever waits for it should look. */
  onSettled: () => void;
  /** The workflow of this attempt is worth another look. */
  onArrived: (attemptId: string) => void;
}

/** One term in office, as of the scheduler. Wiring only. */
export function startReplication(parts: ServiceParts<DispatcherConfig>, around: Surroundings): ReplicationTerm {
  const { config, clock, logger, outbox, metrics } = parts;
  const { work, runs, attempts, lifecycles, policy, hasBegun, onSettled, onArrived } = around;
  const replications = new PostgresReplicationStore();
  const replicas = new PostgresReplicaStore();
  const rates = new PostgresTransferRateStore();
  const stores = new ClusterStores(config.objectStore, config.CLUSTERS, config.clusterStores, clock);
  const moves = new MoveReplications(work, replications, clock);
  const memory = new Budget(MEMORY_BYTES_MAX);
  const stored = new StoredReplicas(work, replicas);
  const objects = new CopyObject(stored, new CopyInParts(stored, memory), memory);
  const captures = new CaptureUse();
  const counts = ReplicationMetrics.of(metrics);
  const events = {
    onSettled: () => {
      copying?.wake();
      onSettled();
    },
  };
  const ends = new EndReplications(work, rates, moves, counts, clock, logger, events);
  const lists = new RunLists(work, runs, attempts);
  const progress = new Progress(work, replications, runs, outbox, clock, logger);
  const replicate = new Replicate(
    work,
    replications,
    stores,
    moves,
    ends,
    lists,
    objects,
    progress,
    captures,
    counts,
    clock,
    logger,
  );
  const removal = new RemoveReplicas(work, replications, replicas, new PostgresCaptureRemovalStore(), stores, captures, logger);
  const ifBegun = (turn: () => Promise<boolean | void>) => () => (hasBegun() ? turn() : Promise.resolve());
  // With one store there is nothing to look for, not even seldom.
  const copying = stores.several
    ? loop(
        'replicate',
        logger,
        TICK_MS,
        ifBegun(() => replicate.turn()),
      )
    : null;
  const loops = [
    ...(copying === null ? [] : [copying]),
    ...(stores.several
      ? [
          loop(
            'remove replicas',
            logger,
            REMOVE_MS,
            ifBegun(() => removal.turn()),
          ),
        ]
      : []),
  ];
  const wake = (): void => copying?.wake();
  return {
    inputs: new ReplicateInputs(
      work,
      runs,
      attempts,
      replications,
      rates,
      stores,
      moves,
      lifecycles,
      policy.exclusionMs,
      clock,
      logger,
      wake,
    ),
    outputs: new ReplicateOutputs(work, replications, stores, moves, objects, clock, logger, wake, onArrived),
    removal,
    stores,
    ahead: new ReplicateAhead(work, runs, replications, stores, moves, wake),
    transfers: new KnownTransfers(work, replications, rates, stores, clock),
    loops,
    stop: async () => {
      await replicate.stop();
      stores.close();
    },
  };
}
