import type { ClusterCloud } from '@stead/contracts/dispatcher';
import type { BootSample, NodeShape, Supply } from '@stead/platform/capacity';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';

/** What a cluster's machines that come and go have taught; kept, so that a restart starts no learning anew. */
export interface LearntCloud {
  boots: readonly BootSample[];
  /** By pool. */
  shapes: Readonly<Record<string, NodeShape>>;
  /** By pool, or pool and kind of capacity: those that are not usable. `untilMs` is a time of the wall clock. */
  supplies: Readonly<Record<string, Supply>>;
}

/** What people see of the machines of a cluster. */
export type CloudFigures = ClusterCloud;
export type PoolFigures = ClusterCloud['pools'][number];

export abstract class CloudStore {
  abstract save(tx: SqlExecutor, cluster: string, figures: CloudFigures, learnt: LearntCloud): Promise<void>;
  abstract learnt(tx: Tx): Promise<Map<string, LearntCloud>>;
}

/** A pod of ours that no node takes. */
export interface UnplacedPod {
  workflow: string;
  pod: string;
  /** Since it was first seen so. */
  forMs: number;
  /** A node may still come that takes it. */
  canBoot: boolean;
  /** What the scheduler says of it. */
  detail: string;
}
