import { podRequests, roomByNode, runDemand, unboundDemands, type PodDemand } from '@stead/platform/capacity';
import { LABEL, workflowTemplateSchema, type Node, type Pod, type WorkflowTemplate } from '@stead/platform/kube';
import type { Hold, SiteFigures } from '../../application/ports';
import { silentForMs, trialsAllowed, type Health } from '../../domain/health';
import { kindOf } from '../../domain/snapshot';
import { afterClaims, residual } from '../../domain/room';
import type { ClusterShape } from './simulated-cluster';
import { MODEL_PIPELINE, MODEL_STEPS } from './simulated-workflow';

/** What a site has seen of its cluster. */
export interface Seen {
  nodes: readonly Node[];
  pods: readonly Pod[];
  /** By our own wall clock. */
  wallMs: number;
  atMs: number;
}

export const MODEL_TEMPLATE: WorkflowTemplate = workflowTemplateSchema.parse({
  metadata: { name: MODEL_PIPELINE, uid: 'template' },
  spec: {
    templates: [
      {
        name: 'photos',
        dag: {
          tasks: MODEL_STEPS.map((name, at) => ({
            name,
            template: name,
            ...(at === 0 ? {} : { dependencies: [MODEL_STEPS[at - 1]] }),
          })),
        },
      },
      ...MODEL_STEPS.map((name) => ({ name, container: { resources: { requests: { cpu: 1, 'nvidia.com/gpu': 1 } } } })),
    ],
  },
});
const KIND = kindOf({ pipeline: MODEL_PIPELINE, entrypoint: 'photos' });
const DEMAND = runDemand(MODEL_TEMPLATE, 'photos');

/** How many runs the cluster was built for. */
export function slotsOf({ slots, elasticSlots }: ClusterShape): number {
  return slots + elasticSlots;
}

/**
 * What `planCycle` is told of a simulated cluster: the one place of the model that knows the shape of a snapshot's figures. An
 * attempt holds what it asks for from its reservation to its end, whether or not a pod of it is there.
 */
export function figuresOf(
  shape: ClusterShape,
  health: Health,
  seen: Seen | null,
  holds: readonly Hold[],
  nowMs: number,
): SiteFigures {
  const elasticSlots = Math.max(0, shape.elasticSlots - holds.length);
  const room = seen === null ? null : afterClaims(roomByNode(seen.nodes, seen.pods), claimsOf(seen.pods, holds));
  const slotsNow = room?.slots(DEMAND) ?? null;
  return {
    health: health.state,
    swept: health.swept,
    silentForMs: silentForMs(health, nowMs),
    ...{ cordoned: false, trialsAllowed: trialsAllowed(health) },
    bootMs: shape.bootMs,
    bootP90Ms: 2 * shape.bootMs,
    room: room?.listFor(DEMAND) ?? null,
    capacityAgeMs: seen === null ? null : nowMs - seen.atMs,
    elasticSlots,
    pipelines: seen === null ? {} : { [KIND]: { demand: DEMAND, slotsTotal: slotsOf(shape) } },
    remainingMs: holds.map((hold) => hold.remainingMs),
    unproven: unprovenOf(holds),
    slotsFree: slotsNow,
    slotsTotal: slotsOf(shape),
    observedAt: seen === null ? null : new Date(seen.wallMs),
  };
}

export function unprovenOf(holds: readonly Hold[]): number {
  return holds.filter((hold) => hold.state !== 'running').length;
}

/** Pods without a node, and of each attempt what its pods do not use already. */
function claimsOf(pods: readonly Pod[], holds: readonly Hold[]): PodDemand[] {
  const claims = unboundDemands(pods);
  for (const hold of holds) {
    const used: Record<string, number> = {};
    for (const pod of pods) {
      if (pod.metadata.labels?.[LABEL.workflow] !== hold.workflow) continue;
      for (const [name, amount] of Object.entries(podRequests(pod))) used[name] = (used[name] ?? 0) + amount;
    }
    claims.push(...residual(DEMAND, used));
  }
  return claims;
}
