import type { ClusterHealth, ClusterKind, PlacementPolicy } from '@stead/contracts/dispatcher';
import type { PodDemand } from '@stead/platform/capacity';
import type { BootGroup } from './boot-room';
import type { FreeNode } from './room';
import type { Runtime } from './runtime';

/** Everything that a cycle decides by, as data: written down and read again it gives the same decisions. */
export interface Snapshot {
  /** In the order in which the operator lists them. */
  clusters: readonly ClusterState[];
  queue: readonly QueuedRun[];
  workspaces: Readonly<Record<string, WorkspaceState>>;
  /** All clusters and the object store are silent together: then it is we who are cut off. */
  isolated: boolean;
}

export interface QueuedRun {
  runId: string;
  workspaceId: string;
  pipeline: string;
  entrypoint: string;
  priority: number;
  createdAtMs: number;
  deadlineMs: number | null;
  /** From its first pod to its last. */
  runtime: Runtime;
  /** Time of GPUs that it is expected to use: what it costs, and what its workspace is charged with. */
  gpuSeconds: number;
  placement: PlacementPolicy;
  /** By cluster, until when it is left alone. */
  excludedUntilMs: Readonly<Record<string, number>>;
  /** By cluster, how long the inputs that are not there yet take to get there; absent where all are. */
  transferMs: Readonly<Record<string, number>>;
}

export interface WorkspaceState {
  /** Twice the weight is twice the share. */
  weight: number;
  /** What it has used and what its live attempts are going to use, older use at less than its worth. */
  gpuSeconds: number;
  cloudCost: number;
  /** When a run of it was placed last. */
  servedAtMs: number | null;
  /** What it may still spend in clouds; null where nothing limits it. */
  cloudBudgetLeft: number | null;
}

export interface ClusterState {
  name: string;
  kind: ClusterKind;
  health: ClusterHealth;
  /** What was given up there is known to be over; until then new work could meet the old. */
  swept: boolean;
  /** An operator wants no new work there. */
  cordoned: boolean;
  /** It has an object store of its own, which does not answer: no step there could work. */
  storeSilent?: boolean;
  silentForMs: number | null;
  pricePerGpuHour: number;
  /** How long a new node takes, half of the time and nearly always, or what is left where one boots; 0 where nodes are fixed. */
  bootMs: number;
  bootP90Ms: number;
  /** What is free after everything that is bound, pending or promised; null while nothing is known. */
  room: readonly FreeNode[] | null;
  /** Null where there never was an answer. */
  capacityAgeMs: number | null;
  /** Runs that could still be placed on nodes that would have to boot. */
  elasticSlots: number;
  /** The nodes that are booting or could still come, after everything that is promised; null where only a number is known. */
  bootRoom?: readonly BootGroup[] | null;
  /** What is known there of each `kindOf` run; null where the cluster lacks the pipeline, absent while nobody has asked. */
  pipelines: Readonly<Record<string, PipelineThere | null>>;
  /** Physical GPUs that each step of a pipeline asks for there, by pipeline: what a run would cost. Absent where that was not read. */
  gpusOfSteps?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** For each attempt that holds room there: how long it is expected to go on. */
  remainingMs: readonly number[];
  /** Attempts there that have not shown a pod yet: the canaries, where only so many at a time are allowed. */
  unproven: number;
  /** How many such attempts it may have at a time; null where it has proved itself. */
  trialsAllowed: number | null;
}

export interface PipelineThere {
  /** Pods that a run needs room for as long as it goes on: those that are under way together when it asks for most. */
  demand: readonly PodDemand[];
  /** How many runs the cluster could hold if nothing else were there, nodes that may still boot included. */
  slotsTotal: number;
}

/** What runs that ask a cluster for the same have in common. */
export function kindOf({ pipeline, entrypoint }: { pipeline: string; entrypoint: string }): string {
  return `${pipeline}/${entrypoint}`;
}
