import { entrypointSchema } from '@stead/contracts/pipeline';
import { z } from 'zod';
import { attemptStateSchema, runFailureSchema, runResultSchema, runStateSchema } from './states';

const moment = z.iso.datetime();

export const runParams = z.object({ runId: z.uuid() });

export const listRunsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
  /** Only runs in this state. */
  state: runStateSchema.optional(),
  /** Only runs whose title contains this text, whatever the case. */
  title: z.string().trim().min(1).max(200).optional(),
  /** `true`: only runs that have not ended. */
  open: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
});
export type ListRunsQuery = z.infer<typeof listRunsQuery>;

export const clusterKindSchema = z.enum(['onprem', 'cloud']);
export type ClusterKind = z.infer<typeof clusterKindSchema>;

/** One step of a run, in its latest attempt that reached it. */
export const runStepSchema = z.object({
  name: z.string(),
  state: z.enum(['waiting', 'running', 'succeeded', 'failed', 'skipped']),
  percent: z.number().min(0).max(100),
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  seconds: z.number().nullable(),
  /** Tries after the first one, inside its workflow. */
  retries: z.number().int(),
  cluster: z.string().nullable(),
  epoch: z.number().int().nullable(),
  message: z.string().nullable(),
  /** `stored`: readable although the pod may be gone. `gone`: the pod went, with its node, before the log could be read. */
  log: z.enum(['none', 'stored', 'gone']),
});
export type RunStepView = z.infer<typeof runStepSchema>;

export const runAttemptSchema = z.object({
  epoch: z.number().int().positive(),
  cluster: z.string(),
  state: attemptStateSchema,
  /** Name of the Argo workflow on that cluster. */
  workflow: z.string(),
  /** How the workflow ended, once it has. */
  outcome: z.enum(['succeeded', 'failed', 'error']).nullable(),
  reason: z.string(),
  why: z.string(),
  message: z.string().nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  gpuSeconds: z.number(),
  cost: z.number(),
});
export type RunAttemptView = z.infer<typeof runAttemptSchema>;

/** Objects of a run that have to lie in another object store as well: near the GPUs that need them, or back from there. */
export const runReplicationSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** `inputs`: what its steps read. `e<epoch>`: what that attempt has left. */
  what: z.string(),
  state: z.enum(['planned', 'copying', 'done', 'failed', 'abandoned']),
  bytesTotal: z.number(),
  bytesDone: z.number(),
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  /** What it waits for, or why it failed. */
  detail: z.string().nullable(),
});
export type RunReplicationView = z.infer<typeof runReplicationSchema>;

const runSummaryShape = {
  id: z.uuid(),
  title: z.string(),
  pipeline: z.string(),
  entrypoint: entrypointSchema,
  captureId: z.uuid(),
  state: runStateSchema,
  priority: z.number().int(),
  deadline: moment.nullable(),
  step: z.string().nullable(),
  percent: z.number().min(0).max(100),
  etaS: z.number().nullable(),
  cluster: z.string().nullable(),
  epoch: z.number().int().nullable(),
  /** One sentence: why it runs here, or why it still waits. */
  why: z.string().nullable(),
  /** In the currency of the clusters' prices. */
  costSoFar: z.number(),
  failure: runFailureSchema.nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
};
export const runSummarySchema = z.object(runSummaryShape).meta({ id: 'RunSummary' });
export type RunSummaryView = z.infer<typeof runSummarySchema>;

export const runSchema = z
  .object({
    ...runSummaryShape,
    revision: z.number().int(),
    steps: z.array(runStepSchema),
    attempts: z.array(runAttemptSchema),
    /** Empty where one object store serves every cluster. */
    replication: z.array(runReplicationSchema),
    result: runResultSchema.nullable(),
  })
  .meta({ id: 'Run' });
export type RunView = z.infer<typeof runSchema>;

const inputs = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** What the scheduler thought of one cluster at that moment. */
export const clusterVerdictSchema = z.object({ cluster: z.string(), reason: z.string(), why: z.string(), inputs });

/** A decision about a run: where it goes or that it waits, the rule that said so, and what the rule looked at. */
export const decisionSchema = z
  .object({
    at: moment,
    kind: z.enum(['place', 'wait']),
    reason: z.string(),
    why: z.string(),
    cluster: z.string().nullable(),
    epoch: z.number().int().nullable(),
    inputs,
    verdicts: z.array(clusterVerdictSchema),
  })
  .meta({ id: 'PlacementDecision' });
export type DecisionView = z.infer<typeof decisionSchema>;
/** The newest first; at most the last 200. */
export const decisionsSchema = z.object({ items: z.array(decisionSchema) });

export const runLogsQuery = z.object({
  /** All steps in their order when it is left out. */
  step: z
    .string()
    .regex(/^[a-z0-9-]{1,60}$/)
    .optional(),
  /** Keep the answer open and send what is still written. */
  follow: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
});

export const clusterHealthSchema = z.enum(['unknown', 'ok', 'suspect', 'open', 'half-open', 'degraded', 'misconfigured']);
export type ClusterHealth = z.infer<typeof clusterHealthSchema>;

/** A machine that costs and serves nobody. */
const orphanSchema = z.object({
  reason: z.enum(['idle', 'not-joined', 'not-removed', 'without-claim']),
  pool: z.string(),
  claim: z.object({ name: z.string(), uid: z.string() }).nullable(),
  node: z.string().nullable(),
  forMs: z.number(),
});

/** The machines of a cluster that come and go. */
export const clusterCloudSchema = z
  .object({
    pools: z.array(
      z.object({
        name: z.string(),
        /** `dry`: it had no machine to give and is not counted on for a while; `trying`: one is worth a try again. */
        supply: z.enum(['usable', 'dry', 'trying']),
        dryForMs: z.number().nullable(),
        detail: z.string().nullable(),
        nodes: z.number().int(),
        booting: z.number().int(),
        /** Machines that could still come, within the pool's limits. */
        launchable: z.number().int(),
        /** How it is known what a machine gives: one was seen, one is on its way, the operator says so, or only the runs say. */
        shapeFrom: z.enum(['node', 'claim', 'config', 'demand']),
      }),
    ),
    boot: z.object({ p50Ms: z.number(), p90Ms: z.number(), samples: z.number().int() }),
    orphans: z.array(orphanSchema),
    /** Machines that were taken back while they ran steps, since the present leader leads. */
    interruptions: z.number().int(),
    /** What the dispatcher may not read or do there, as "verb on resource". */
    missing: z.array(z.string()),
  })
  .meta({ id: 'ClusterCloud' });
export type ClusterCloud = z.infer<typeof clusterCloudSchema>;

export const clusterSchema = z
  .object({
    name: z.string(),
    kind: clusterKindSchema,
    health: clusterHealthSchema,
    /** What is wrong, where something is. */
    detail: z.string().nullable(),
    unreachableSince: moment.nullable(),
    /** How many more runs would fit, of how many in all; null while it is not known. */
    slotsFree: z.number().int().nullable(),
    slotsTotal: z.number().int().nullable(),
    /** Attempts that the dispatcher has placed there and that have not ended. */
    inFlight: z.number().int(),
    pricePerGpuHour: z.number(),
    /** When these figures were read from the cluster. */
    observedAt: moment.nullable(),
    ageS: z.number().nullable(),
    /** Null where no machines come and go. */
    cloud: clusterCloudSchema.nullable(),
  })
  .meta({ id: 'Cluster' });
export type ClusterView = z.infer<typeof clusterSchema>;
export const clustersSchema = z.object({ items: z.array(clusterSchema) });
