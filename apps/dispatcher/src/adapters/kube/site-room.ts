import {
  claimsOfStep,
  podRequests,
  roomByNode,
  runDemand,
  unboundDemands,
  type BootableNode,
  type Devices,
  type PodDemand,
} from '@stead/platform/capacity';
import { LABEL, type Node, type Pod, type WorkflowTemplate } from '@stead/platform/kube';
import type { Hold, RunKind, SiteFigures } from '../../application/ports';
import { bootGroupOf, grouped, readyInMs, slotsAfterBoot, type BootGroup } from '../../domain/boot-room';
import { kindOf, type PipelineThere } from '../../domain/snapshot';
import { Room, afterClaims, residual, type FreeNode } from '../../domain/room';
import { NOTHING_BOOTS, type Bootable, type CloudNodes } from './cloud-nodes';
import type { DeviceWatches } from './device-watches';
import type { WatchedConfig } from './site-config';

/** More slots than this are not told apart. */
const SLOTS_MAX = 10_000;

export interface SeenSite {
  nodes: readonly Node[];
  pods: readonly Pod[];
  /** Nodes and pods are as the cluster has them. */
  isSynced: boolean;
  /** Kinds of runs that matter, the one that figures are shown for first; without a template while that is not known. */
  kinds: readonly (RunKind & { template: WorkflowTemplate | null | undefined })[];
  holds: readonly Hold[];
  cloud: CloudNodes;
  devices: DeviceWatches;
  config: WatchedConfig;
}

export type CountedRoom = Pick<
  SiteFigures,
  'room' | 'bootRoom' | 'elasticSlots' | 'pipelines' | 'unproven' | 'slotsFree' | 'slotsTotal'
> & {
  /** When a run of the kind that is shown could start that has to wait for a boot; null where none would give it room. */
  readyInMs: { p50: number; p90: number } | null;
  bootable: Bootable;
  /** What each kind of run asks for. */
  runs: readonly (readonly PodDemand[])[];
};

/** Room for runs on what is there, on what is on its way, and on what could still come, after everything that is promised. */
export function countRoom(seen: SeenSite): CountedRoom {
  const { nodes, pods, holds, cloud } = seen;
  const templates = new Map(seen.kinds.map((kind) => [kindOf(kind), kind]));
  const known = [...templates.values()].flatMap(({ template }) => template ?? []);
  const devices = seen.devices.count(pods, known);
  const demands = demandsOf(seen, devices);
  const runs = [...demands.values()];
  const bootable = cloud.known ? cloud.bootable({ nodes, pods }, runs) : NOTHING_BOOTS;
  const notCounted = new Set([...bootable.notCounted, ...cloud.going()]);
  const rooms = roomByNode(nodes, pods, devices).filter(({ name }) => !notCounted.has(name));
  const atMost = new Room([...rooms.map((node) => ({ ...node, free: node.allocatable })), ...bootable.atBest]);
  const pipelines: Record<string, PipelineThere | null> = {};
  for (const [kind, { template }] of templates) {
    const demand = demands.get(kind);
    if (template === null) pipelines[kind] = null;
    else if (demand !== undefined) pipelines[kind] = { demand, slotsTotal: slotsInAll(seen, atMost.slots(demand)) };
  }
  const { claims, unproven } = claimsOf(pods, holds, pipelines, devices);
  // Claims take what is there first, then what is on its way, then what could still come.
  const left = seen.isSynced ? afterClaims([...rooms, ...bootable.nodes], claims).listFor(runs.flat()) : null;
  const room = left?.slice(0, rooms.length) ?? null;
  const groups = bootGroups(bootable.nodes, left?.slice(rooms.length) ?? [], cloud);
  const shown = Object.values(pipelines).find((there) => there !== null) ?? null;
  const elasticSlots = elasticSlotsOf(seen, room ?? [], groups, runs);
  const counted = { room, bootRoom: cloud.known ? groups : null, elasticSlots, pipelines, unproven, bootable, runs };
  if (room === null || shown === null) return { ...counted, slotsFree: null, slotsTotal: null, readyInMs: null };
  const slotsNow = new Room(room).slots(shown.demand);
  const later = cloud.known ? slotsNow + elasticSlots : Math.min(elasticSlots, shown.slotsTotal);
  const slots = { slotsFree: Math.max(slotsNow, later), slotsTotal: shown.slotsTotal };
  // Where there is room already, the next run after those that take it is the one that waits.
  const rest = new Room(room).fits(shown.demand) ? [] : room;
  return { ...counted, ...slots, readyInMs: readyInMs(rest, groups, shown.demand) };
}

export function roomOf(nodes: readonly FreeNode[]): Room {
  return new Room(nodes);
}

/** Some step of it needs devices that are claimed. */
export function claimsDevices(template: WorkflowTemplate): boolean {
  return template.spec.templates.some((step) => claimsOfStep(step, template).length > 0);
}

function demandsOf({ kinds, devices: watches }: SeenSite, devices: Devices): ReadonlyMap<string, readonly PodDemand[]> {
  const demands = new Map<string, readonly PodDemand[]>();
  for (const kind of kinds) {
    if (!kind.template || demands.has(kindOf(kind))) continue;
    const demand = runDemand(kind.template, kind.entrypoint, (claims) => devices.demandOf(watches.requests(claims)));
    demands.set(kindOf(kind), demand);
  }
  return demands;
}

/** Nodes that nobody can count on are worth what the operator says of them. */
function slotsInAll({ cloud, config }: SeenSite, counted: number): number {
  return cloud.known ? counted : Math.max(counted, config.elasticSlots);
}

/** For runs of whichever kind: what the machines that may come hold of the kind that needs most of them. */
function elasticSlotsOf(
  { cloud, config, holds }: SeenSite,
  room: readonly FreeNode[],
  groups: readonly BootGroup[],
  runs: readonly (readonly PodDemand[])[],
): number {
  if (!cloud.known) return Math.max(0, config.elasticSlots - holds.length);
  const after = runs.map((demand) => slotsAfterBoot(room, groups, demand, SLOTS_MAX)).filter((slots) => slots > 0);
  // What the operator himself has said holds, whatever the pools would let.
  const allowed = config.elasticSlotsMax === null ? SLOTS_MAX : Math.max(0, config.elasticSlotsMax - holds.length);
  return after.length === 0 ? 0 : Math.min(...after, allowed);
}

/** Nodes that are not there yet, with what is left of each after everything that is promised. */
function bootGroups(nodes: readonly BootableNode[], left: readonly FreeNode[], cloud: CloudNodes): BootGroup[] {
  return grouped(
    nodes.flatMap((node, i) => {
      const free = left[i];
      return free === undefined ? [] : [bootGroupOf(node, free, cloud.samples, cloud.priorMs)];
    }),
  );
}

/**
 * What room is promised beyond the pods that hold a node. A pod without a node is a claim. An attempt holds its whole request
 * from the reservation to its end, also between two of its steps, when no pod of it is there: what its pods do not use
 * already is a claim, so that it is counted exactly once.
 */
function claimsOf(
  pods: readonly Pod[],
  holds: readonly Hold[],
  there: Readonly<Record<string, PipelineThere | null>>,
  devices: Devices,
): { claims: PodDemand[]; unproven: number } {
  const used = new Map<string, Record<string, number>>();
  for (const pod of pods) {
    const workflow = pod.metadata.labels?.[LABEL.workflow];
    if (workflow === undefined || pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') continue;
    const sum = used.get(workflow) ?? {};
    const held = { ...podRequests(pod), ...devices.allOf(pod) };
    for (const [name, amount] of Object.entries(held)) sum[name] = (sum[name] ?? 0) + amount;
    used.set(workflow, sum);
  }
  const claims = unboundDemands(pods, devices);
  let unproven = 0;
  for (const hold of holds) {
    if (hold.state !== 'running') unproven += 1;
    const demand = hold.run === null ? undefined : there[kindOf(hold.run)]?.demand;
    if (demand !== undefined) claims.push(...residual(demand, used.get(hold.workflow) ?? {}));
  }
  return { claims, unproven };
}
