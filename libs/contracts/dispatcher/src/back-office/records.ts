import { z } from 'zod';
import { clusterHealthSchema, clusterKindSchema } from '../http';

const moment = z.iso.datetime();
const SPAN_DAYS_MAX = 31;

export const usageQuery = z
  .object({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], message: 'must be after `from`' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= SPAN_DAYS_MAX * 86_400_000, {
    path: ['from'],
    message: `at most ${SPAN_DAYS_MAX} days at a time`,
  });
export type UsageQuery = z.infer<typeof usageQuery>;

/** Columns, one value per moment of `at`; null where nothing was written down. */
const column = z.array(z.number().nullable());
export const usageSchema = z
  .object({
    from: moment,
    to: moment,
    stepS: z.number().int(),
    /** Seconds since 1970. At most 2000. */
    at: z.array(z.number().int()),
    queued: column,
    running: column,
    clusters: z.array(
      z.object({
        name: z.string(),
        kind: clusterKindSchema,
        gpusTotal: column,
        gpusUsed: column,
        gpusWaiting: column,
      }),
    ),
    /** Times at which a cluster was not well; `to` is null where it still is not. */
    outages: z.array(z.object({ cluster: z.string(), health: clusterHealthSchema, from: moment, to: moment.nullable() })),
    /** Runs that left for the cloud, each with why; the newest 500. */
    spills: z.array(z.object({ at: moment, runId: z.uuid(), cluster: z.string(), reason: z.string() })),
    spillsTotal: z.number().int(),
  })
  .meta({ id: 'Usage' });
export type UsageView = z.infer<typeof usageSchema>;

export const auditActionSchema = z.enum([
  'cluster.register',
  'cluster.rotate',
  'cluster.change',
  'cluster.remove',
  'cluster.cordon',
  'cluster.uncordon',
  'cluster.drain',
  'cluster.total-loss',
  'run.reprioritise',
  'run.requeue',
  'rules.set',
  'budget.set',
]);
export type AuditAction = z.infer<typeof auditActionSchema>;

export const listAuditQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
  action: auditActionSchema.optional(),
  /** Name of a cluster, id of a run or of a workspace. */
  subject: z.string().min(1).max(100).optional(),
  actor: z.string().min(1).max(100).optional(),
});
export type ListAuditQuery = z.infer<typeof listAuditQuery>;

export const auditEntrySchema = z
  .object({
    id: z.string(),
    at: moment,
    actor: z.object({ kind: z.string(), id: z.string() }),
    action: auditActionSchema,
    subject: z.string(),
    /** What was, and what is; null where there was or is nothing. Never anything secret. */
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    reason: z.string().nullable(),
    requestId: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryView = z.infer<typeof auditEntrySchema>;
