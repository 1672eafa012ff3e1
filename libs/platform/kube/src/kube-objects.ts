import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

/** The parts of Kubernetes and Argo objects that are read here. Everything else is dropped: caches hold whole clusters. */
export const words = z.record(z.string(), z.string()).optional();

export const objectMetaSchema = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string().default(''),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: words,
  annotations: words,
  /** Whose it is tells pods of a node's own (DaemonSet) from those that came to run there. */
  ownerReferences: z.array(z.object({ kind: z.string() })).optional(),
});
export type ObjectMeta = z.infer<typeof objectMetaSchema>;

export const metadataObjectSchema = z.object({ metadata: objectMetaSchema });
export type MetadataObject = z.infer<typeof metadataObjectSchema>;

const nodeStatusSchema = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  type: z.string(),
  templateName: z.string().optional(),
  phase: z.string().default('Pending'),
  message: z.string().optional(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
  progress: z.string().optional(),
  hostNodeName: z.string().optional(),
  children: z.array(z.string()).optional(),
  outputs: z.object({ exitCode: z.string().optional() }).nullish(),
});
/** One entry of `status.nodes`. */
export type WorkflowNode = z.infer<typeof nodeStatusSchema>;
const nodesSchema = z.record(z.string(), nodeStatusSchema);

const workflowSchema = z.object({
  metadata: objectMetaSchema,
  spec: z.object({ shutdown: z.string().optional() }).default({}),
  status: z
    .object({
      phase: z.string().default(''),
      message: z.string().optional(),
      startedAt: z.string().nullish(),
      finishedAt: z.string().nullish(),
      nodes: nodesSchema.optional(),
      compressedNodes: z.string().optional(),
      offloadNodeStatusVersion: z.string().optional(),
    })
    .default({ phase: '' }),
});

export interface Workflow {
  metadata: ObjectMeta;
  shutdown: string | null;
  /** `''` until the controller has seen it; then Pending, Running, Succeeded, Failed or Error. */
  phase: string;
  /** The controller is done with it, results included: the first terminal-looking phase is not the end, this is. */
  completed: boolean;
  message: string | null;
  startedAt: Date | null;
  finishedAt: Date | null;
  nodes: readonly WorkflowNode[];
}

export const LABEL = {
  phase: 'workflows.argoproj.io/phase',
  completed: 'workflows.argoproj.io/completed',
  workflow: 'workflows.argoproj.io/workflow',
} as const;
export const ANNOTATION = { nodeId: 'workflows.argoproj.io/node-id', nodeName: 'workflows.argoproj.io/node-name' } as const;

export function parseWorkflow(input: unknown): Workflow {
  const { metadata, spec, status } = workflowSchema.parse(input);
  return {
    metadata,
    shutdown: spec.shutdown ?? null,
    phase: status.phase,
    completed: metadata.labels?.[LABEL.completed] === 'true',
    message: status.message ?? null,
    startedAt: dateOf(status.startedAt),
    finishedAt: dateOf(status.finishedAt),
    nodes: Object.values(status.nodes ?? inflateNodes(status.compressedNodes)),
  };
}

/** Big workflows carry their nodes as base64 of gzip (Argo's default among gzip, zstd and brotli). */
function inflateNodes(compressed: string | undefined): Record<string, WorkflowNode> {
  if (compressed === undefined || compressed === '') return {};
  const bytes = Buffer.from(compressed, 'base64');
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new Error('status.compressedNodes is not gzip');
  return nodesSchema.parse(JSON.parse(gunzipSync(bytes).toString('utf8')));
}

export const quantities = z.record(z.string(), z.union([z.string(), z.number()])).optional();
const containerSchema = z.object({
  name: z.string().default('main'),
  restartPolicy: z.string().optional(),
  resources: z.object({ requests: quantities, limits: quantities }).optional(),
});
export type PodContainer = z.infer<typeof containerSchema>;

const tolerationsSchema = z
  .array(
    z.object({
      key: z.string().optional(),
      operator: z.string().optional(),
      value: z.string().optional(),
      effect: z.string().optional(),
    }),
  )
  .optional();
export type Toleration = NonNullable<z.infer<typeof tolerationsSchema>>[number];

export const expression = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) });
const nodeAffinitySchema = z
  .object({
    requiredDuringSchedulingIgnoredDuringExecution: z
      .object({ nodeSelectorTerms: z.array(z.object({ matchExpressions: z.array(expression).default([]) })) })
      .optional(),
  })
  .optional();
export type NodeAffinity = z.infer<typeof nodeAffinitySchema>;
const claimsSchema = z
  .array(
    z.object({
      name: z.string(),
      resourceClaimName: z.string().optional(),
      resourceClaimTemplateName: z.string().optional(),
    }),
  )
  .optional();
/** One entry of a pod's `spec.resourceClaims`. */
export type PodResourceClaim = NonNullable<z.infer<typeof claimsSchema>>[number];
const choice = {
  nodeSelector: words,
  tolerations: tolerationsSchema,
  affinity: z.object({ nodeAffinity: nodeAffinitySchema }).optional(),
  resourceClaims: claimsSchema,
};

const conditions = z.array(
  z.object({
    type: z.string(),
    status: z.string(),
    reason: z.string().optional(),
    message: z.string().optional(),
    lastTransitionTime: z.string().nullish(),
  }),
);
export const conditionsSchema = conditions.optional();
export type Condition = z.infer<typeof conditions>[number];

export const podSchema = z.object({
  metadata: objectMetaSchema,
  spec: z.object({
    nodeName: z.string().optional(),
    containers: z.array(containerSchema).default([]),
    initContainers: z.array(containerSchema).optional(),
    overhead: quantities,
    resources: z.object({ requests: quantities }).optional(),
    ...choice,
  }),
  status: z
    .object({
      phase: z.string().default('Pending'),
      /** Only whether it has a node, and why not: every pod of a cluster is kept. */
      conditions: conditions.transform((all) => all.filter(({ type }) => type === 'PodScheduled')).optional(),
      resourceClaimStatuses: z.array(z.object({ name: z.string(), resourceClaimName: z.string().optional() })).optional(),
    })
    .default({ phase: 'Pending' }),
});
export type Pod = z.infer<typeof podSchema>;

export const taintSchema = z.object({ key: z.string(), value: z.string().optional(), effect: z.string().default('NoSchedule') });
export type Taint = z.infer<typeof taintSchema>;

export const nodeSchema = z.object({
  metadata: objectMetaSchema,
  spec: z
    .object({
      unschedulable: z.boolean().optional(),
      taints: z.array(taintSchema).optional(),
    })
    .default({}),
  status: z
    .object({
      allocatable: quantities,
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
    })
    .default({}),
});
export type Node = z.infer<typeof nodeSchema>;

const templateSchema = z.object({
  name: z.string().default(''),
  container: containerSchema.optional(),
  containerSet: z.object({ containers: z.array(containerSchema) }).optional(),
  script: containerSchema.optional(),
  initContainers: z.array(containerSchema).optional(),
  parallelism: z.number().optional(),
  podResources: z.object({ requests: quantities }).optional(),
  dag: z
    .object({
      tasks: z
        .array(
          z.object({
            name: z.string(),
            template: z.string().optional(),
            dependencies: z.array(z.string()).optional(),
            depends: z.string().optional(),
          }),
        )
        .default([]),
    })
    .optional(),
  steps: z.array(z.array(z.object({ name: z.string(), template: z.string().optional() }))).optional(),
  ...choice,
});
export type StepTemplate = z.infer<typeof templateSchema>;
export const workflowTemplateSchema = z.object({
  metadata: objectMetaSchema,
  spec: z.object({
    templates: z.array(templateSchema).default([]),
    entrypoint: z.string().optional(),
    arguments: z.object({ parameters: z.array(z.object({ name: z.string() })).optional() }).optional(),
    parallelism: z.number().optional(),
    podResources: z.object({ requests: quantities }).optional(),
    ...choice,
  }),
});
export type WorkflowTemplate = z.infer<typeof workflowTemplateSchema>;

function dateOf(text: string | null | undefined): Date | null {
  return text === null || text === undefined || text === '' ? null : new Date(text);
}
