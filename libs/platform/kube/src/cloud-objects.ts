import { z } from 'zod';
import { conditionsSchema, expression, objectMetaSchema, quantities, taintSchema, words, type Condition } from './kube-objects';

/**
 * The parts of Karpenter's objects (`karpenter.sh/v1`) that are read here. A NodePool says which machines may come, a NodeClaim
 * is one machine from the wish for it to its end. See <https://karpenter.sh/docs/concepts/nodepools/>.
 */
const nodeSpec = {
  requirements: z.array(expression).default([]),
  taints: z.array(taintSchema).optional(),
  /** On a new node for a while; pods need not tolerate them to be promised a node. */
  startupTaints: z.array(taintSchema).optional(),
};

export const nodePoolSchema = z.object({
  metadata: objectMetaSchema,
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: words }).default({}),
      spec: z.object(nodeSpec),
    }),
    limits: quantities,
    weight: z.number().optional(),
    /** A pool of a fixed number of nodes: pods that wait make it no bigger. */
    replicas: z.number().optional(),
    disruption: z.object({ consolidateAfter: z.string().optional() }).default({}),
  }),
  status: z.object({ resources: quantities, conditions: conditionsSchema }).default({}),
});
export type NodePool = z.infer<typeof nodePoolSchema>;

export const nodeClaimSchema = z.object({
  metadata: objectMetaSchema,
  spec: z.object(nodeSpec),
  status: z
    .object({
      nodeName: z.string().optional(),
      capacity: quantities,
      allocatable: quantities,
      conditions: conditionsSchema,
      /** When a pod came to the node or left it last, DaemonSets aside. */
      lastPodEventTime: z.string().nullish(),
    })
    .default({}),
});
export type NodeClaim = z.infer<typeof nodeClaimSchema>;

/** Labels, annotations and taints by Karpenter's names. */
export const KARPENTER = {
  group: 'karpenter.sh',
  nodePool: 'karpenter.sh/nodepool',
  capacityType: 'karpenter.sh/capacity-type',
  disrupted: 'karpenter.sh/disrupted',
} as const;

export function conditionOf(object: { status: { conditions?: Condition[] | undefined } }, type: string): Condition | null {
  return object.status.conditions?.find((condition) => condition.type === type) ?? null;
}

export function isTrue(object: { status: { conditions?: Condition[] | undefined } }, type: string): boolean {
  return conditionOf(object, type)?.status === 'True';
}
