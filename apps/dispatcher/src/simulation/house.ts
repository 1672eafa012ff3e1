import type { ClusterHealth, ClusterKind } from '@stead/contracts/dispatcher';
import type { FreeNode } from '../domain/room';
import type { Runtime } from '../domain/runtime';
import type { PipelineThere } from '../domain/snapshot';

export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;
export const PIPELINE = 'simulated';
export const ENTRYPOINT = 'photos';

/** Clusters and what happens to them. */
export interface SimulatedHouse {
  clusters: readonly ClusterSpec[];
  outages: readonly Outage[];
}

export interface ClusterSpec {
  name: string;
  kind: ClusterKind;
  pricePerGpuHour: number;
  /** As it stays, apart from outages. */
  health: ClusterHealth;
  cordoned: boolean;
  /** Nodes that are always there, and what is free on them. */
  nodes: readonly FreeNode[];
  /** Null where nodes are fixed. */
  elastic: Elastic | null;
  pipelines: Readonly<Record<string, PipelineThere | null>>;
}

/** A node is made for one run, stays for a while after it, and takes another that fits meanwhile. */
export interface Elastic {
  /** Runs on such nodes at a time. */
  slotsMax: number;
  /** Paid for like work. */
  boot: Runtime;
  /** Probability that a node does not come; after how long that is known. Not paid for. */
  launchFailure: number;
  launchFailureAfterMs: number;
  /** How long a node without work stays, and is paid for. */
  idleMs: number;
}

/** The cluster answers nobody from one moment to another. */
export interface Outage {
  cluster: string;
  fromMs: number;
  /** Infinity: it never comes back. */
  untilMs: number;
}

export interface HouseOptions {
  gpus: number;
  /** Of an hour of a cloud GPU; an hour of one's own costs `marginal` of it. */
  cloudPrice: number;
  marginal: number;
  cloudGpusMax: number;
  bootMedianMs: number;
  bootSigma: number;
  idleMs: number;
  launchFailure: number;
  launchFailureAfterMs: number;
  outages: readonly Outage[];
}

export const REFERENCE_HOUSE: HouseOptions = {
  ...{ gpus: 8, cloudPrice: 2.5, marginal: 0.15, cloudGpusMax: 64 },
  ...{ bootMedianMs: 4 * MINUTE_MS, bootSigma: 0.2, idleMs: MINUTE_MS, launchFailure: 0, launchFailureAfterMs: 5 * MINUTE_MS },
  outages: [],
};

export const ONPREM = 'onprem';
export const CLOUD = 'cloud';

/** One machine with all of one's own GPUs, and a cloud that starts from nothing. A run holds one GPU. */
export function makeHouse(options: HouseOptions): SimulatedHouse {
  const gpu = { 'nvidia.com/gpu': 1 };
  const demand = [{ resources: gpu, nodeSelector: {}, tolerations: [], affinity: undefined }];
  const there = (slotsTotal: number): ClusterSpec['pipelines'] => ({ [`${PIPELINE}/${ENTRYPOINT}`]: { demand, slotsTotal } });
  const { gpus, cloudPrice, marginal, cloudGpusMax, bootMedianMs, bootSigma } = options;
  const { launchFailure, launchFailureAfterMs, idleMs, outages } = options;
  const well = { health: 'ok', cordoned: false } as const;
  const onprem: ClusterSpec = {
    ...well,
    ...{ name: ONPREM, kind: 'onprem', pricePerGpuHour: marginal * cloudPrice, elastic: null, pipelines: there(gpus) },
    nodes: [{ free: { 'nvidia.com/gpu': gpus }, labels: {}, taints: [] }],
  };
  const boot = { medianMs: bootMedianMs, sigma: bootSigma };
  const cloud: ClusterSpec = {
    ...well,
    ...{ name: CLOUD, kind: 'cloud', pricePerGpuHour: cloudPrice, nodes: [], pipelines: there(cloudGpusMax) },
    elastic: { slotsMax: cloudGpusMax, boot, launchFailure, launchFailureAfterMs, idleMs },
  };
  return { clusters: [onprem, cloud], outages };
}
