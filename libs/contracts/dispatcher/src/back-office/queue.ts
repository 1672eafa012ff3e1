import { z } from 'zod';
import { decisionSchema, runAttemptSchema } from '../http';
import { placementPolicySchema } from '../placement';
import { runFailureSchema, runStateSchema } from '../states';

const moment = z.iso.datetime();
const paging = { limit: z.coerce.number().int().min(1).max(100).default(50), cursor: z.string().max(500).optional() };
export const priorityIn = z.number().int().min(0).max(100);

export const queueParams = z.object({ runId: z.uuid() });
export const decisionParams = z.object({ runId: z.uuid(), seq: z.string().regex(/^[1-9][0-9]{0,18}$/) });

/** States in which something is still to happen to a run. */
export const openRunStateSchema = z.enum(['queued', 'dispatching', 'active', 'uncertain', 'verifying']);

export const listQueueQuery = z.object({
  ...paging,
  workspaceId: z.uuid().optional(),
  state: openRunStateSchema.optional(),
  pipeline: z.string().min(1).max(100).optional(),
  cluster: z.string().min(1).max(63).optional(),
  /** Kind of the placement policy that holds for the run. */
  policy: z.enum(['onprem-first', 'burst-when-full', 'timeout', 'cloud-only', 'onprem-only']).optional(),
  title: z.string().trim().min(1).max(200).optional(),
});
export type ListQueueQuery = z.infer<typeof listQueueQuery>;

/** A decision with its place in the log of its run, by which it can be asked for again. */
export const loggedDecisionSchema = decisionSchema
  .extend({ seq: z.string(), cycleId: z.uuid().nullable() })
  .meta({ id: 'LoggedDecision' });
export type LoggedDecisionView = z.infer<typeof loggedDecisionSchema>;

const queueItemShape = {
  runId: z.uuid(),
  workspaceId: z.uuid(),
  title: z.string(),
  pipeline: z.string(),
  entrypoint: z.string(),
  state: runStateSchema,
  revision: z.number().int(),
  priority: z.number().int(),
  deadline: moment.nullable(),
  /** Until when it should have started, to be in time. */
  latestStart: moment,
  policy: placementPolicySchema,
  policyFrom: z.enum(['run', 'workspace', 'default']),
  cluster: z.string().nullable(),
  epoch: z.number().int(),
  step: z.string().nullable(),
  percent: z.number(),
  etaS: z.number().nullable(),
  requeues: z.number().int(),
  why: z.string().nullable(),
  /**
   * When it is expected to begin on one's own GPUs, in the order of the queue as it is now; the cloud may be sooner. Null for what
   * runs already, for what stands further back than the scheduler looks, and where no cluster of one's own is known.
   */
  estimatedStart: moment.nullable(),
  /** The last decision about it: why it waits, or why it runs where it runs. */
  decision: loggedDecisionSchema.nullable(),
  createdAt: moment,
};
export const queueItemSchema = z.object(queueItemShape).meta({ id: 'QueueItem' });
export type QueueItemView = z.infer<typeof queueItemSchema>;

export const queueDetailSchema = z
  .object({
    ...queueItemShape,
    failure: runFailureSchema.nullable(),
    attempts: z.array(runAttemptSchema),
    /** The newest first; at most 100. */
    decisions: z.array(loggedDecisionSchema),
    /** Clusters that it stays away from for a while. */
    excluded: z.record(z.string(), z.object({ until: z.string(), reason: z.string() })),
  })
  .meta({ id: 'QueueDetail' });
export type QueueDetailView = z.infer<typeof queueDetailSchema>;

export const reprioritiseBody = z
  .strictObject({
    priority: priorityIn.optional(),
    /** Null takes it away. */
    deadline: z.iso.datetime({ offset: true }).nullable().optional(),
    reason: z.string().trim().min(1).max(500).optional(),
  })
  .refine(({ priority, deadline }) => priority !== undefined || deadline !== undefined, 'name a priority or a deadline');
export type ReprioritiseBody = z.infer<typeof reprioritiseBody>;

export const listDeadLettersQuery = z.object({
  ...paging,
  workspaceId: z.uuid().optional(),
  pipeline: z.string().min(1).max(100).optional(),
  /** Code of the failure. */
  code: z.string().min(1).max(100).optional(),
});
export type ListDeadLettersQuery = z.infer<typeof listDeadLettersQuery>;

/** A run that was given up on, with what is known of why. */
export const deadLetterSchema = z
  .object({
    runId: z.uuid(),
    workspaceId: z.uuid(),
    title: z.string(),
    pipeline: z.string(),
    entrypoint: z.string(),
    revision: z.number().int(),
    priority: z.number().int(),
    failure: runFailureSchema.nullable(),
    cost: z.number(),
    requeues: z.number().int(),
    attempts: z.array(runAttemptSchema.extend({ signature: z.string().nullable() })),
    createdAt: moment,
    finishedAt: moment.nullable(),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterView = z.infer<typeof deadLetterSchema>;

export const requeueBody = z.strictObject({ reason: z.string().trim().min(1).max(500).optional() });

export const requeueManyBody = z.strictObject({
  filter: z
    .strictObject({
      workspaceId: z.uuid().optional(),
      pipeline: z.string().min(1).max(100).optional(),
      code: z.string().min(1).max(100).optional(),
      /** Given up on before this moment. */
      before: z.iso.datetime({ offset: true }).optional(),
    })
    .refine((filter) => Object.values(filter).some((value) => value !== undefined), 'name at least one thing to choose by'),
  /** Tells how many it would be, and changes nothing. */
  dryRun: z.boolean().default(false),
  limit: z.number().int().min(1).max(500).default(100),
  reason: z.string().trim().min(1).max(500).optional(),
});
export type RequeueManyBody = z.infer<typeof requeueManyBody>;

export const requeuedManySchema = z.object({
  /** Dead letters that the filter chooses, at most `limit` of them. */
  matched: z.number().int(),
  requeued: z.number().int(),
  /** Those that could not go back, each with why. */
  skipped: z.array(z.object({ runId: z.uuid(), code: z.string(), detail: z.string() })),
  /** The filter chooses others as well: ask again. */
  more: z.boolean(),
});
export type RequeuedManyView = z.infer<typeof requeuedManySchema>;
