import { z } from 'zod';
import { clusterHealthSchema, clusterKindSchema } from '../http';

const moment = z.iso.datetime();
const dnsName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and "-"');

/** Free GPUs would make every comparison of prices meaningless: what one's own cost is power, space and wear. */
const pricePerGpuHour = z
  .number()
  .positive('must be more than 0: name what an hour of a GPU costs there, at home its power and wear')
  .max(10_000);
const elasticSlots = z.number().int().min(0).max(10_000);
const bootSeconds = z.number().min(0).max(86_400);
const KUBECONFIG_CHARACTERS_MAX = 200_000;
const kubeconfig = z.string().min(1).max(KUBECONFIG_CHARACTERS_MAX);

export const clusterParams = z.object({ name: z.string().max(63) });

export const registerClusterBody = z.strictObject({
  name: dnsName,
  kind: clusterKindSchema,
  /** The text of the file. Credentials stand in it: no commands to run, no paths of files. */
  kubeconfig,
  /** A context of it; its current one by default. */
  context: z.string().min(1).max(253).optional(),
  namespace: dnsName,
  pricePerGpuHour,
  /** Of an Argo controller that only takes workflows labelled with it. */
  instanceId: dnsName.optional(),
  /** Runs at a time for which the autoscaler may add nodes. By default 4 in a cloud, 0 at home. */
  elasticSlots: elasticSlots.optional(),
  bootSeconds: bootSeconds.default(240),
});
export type RegisterClusterBody = z.infer<typeof registerClusterBody>;

export const rotateKubeconfigBody = z.strictObject({ kubeconfig, context: z.string().min(1).max(253).optional() });
export type RotateKubeconfigBody = z.infer<typeof rotateKubeconfigBody>;

/** Null: of a cluster of the configuration, what stands there. */
export const changeClusterBody = z
  .strictObject({
    pricePerGpuHour: pricePerGpuHour.nullable().optional(),
    elasticSlots: elasticSlots.nullable().optional(),
    bootSeconds: bootSeconds.nullable().optional(),
  })
  .refine((body) => Object.values(body).some((value) => value !== undefined), 'name at least one thing to change');
export type ChangeClusterBody = z.infer<typeof changeClusterBody>;

const reason = z.string().trim().min(1).max(500);
export const clusterOrderBody = z.strictObject({ reason: reason.optional() });
export const totalLossBody = z.strictObject({
  /** The cluster's name once more, as typed by whoever decides. */
  confirm: z.string().max(63),
  reason: reason.optional(),
});

/**
 * What operators want of a cluster. `cordoned`: no new work. `draining`: no new work, and what was only promised goes back to the
 * queue; `drained` once nothing is left there. `lost`: its silence is final, and nothing is waited for.
 */
export const clusterWishSchema = z.enum(['open', 'cordoned', 'draining', 'drained', 'lost']);
export type ClusterWish = z.infer<typeof clusterWishSchema>;

export const clusterNodeSchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  /** By Kubernetes, for every workload. */
  cordoned: z.boolean(),
  instanceType: z.string().nullable(),
  gpusTotal: z.number(),
  gpusUsed: z.number(),
  gpusFree: z.number(),
  pods: z.number().int(),
});
export type ClusterNodeView = z.infer<typeof clusterNodeSchema>;

const platformClusterShape = {
  name: z.string(),
  kind: clusterKindSchema,
  /** `configuration`: stands in `CLUSTERS`; its price, room and boot time may be set here. `registered`: made and changed here. */
  source: z.enum(['configuration', 'registered']),
  revision: z.number().int(),
  server: z.string().nullable(),
  namespace: z.string(),
  instanceId: z.string().nullable(),
  pricePerGpuHour: z.number(),
  elasticSlots: z.number().int(),
  bootSeconds: z.number(),
  /** What stands in the configuration, where an operator has set something else; null where nothing else is set. */
  configured: z.object({ pricePerGpuHour: z.number(), elasticSlots: z.number().int(), bootSeconds: z.number() }).nullable(),
  wish: clusterWishSchema,
  wishReason: z.string().nullable(),
  wishedBy: z.string().nullable(),
  wishedAt: moment.nullable(),
  health: clusterHealthSchema,
  healthDetail: z.string().nullable(),
  unreachableSince: moment.nullable(),
  /** Seconds since it last answered; null where it never has. */
  heartbeatAgeS: z.number().nullable(),
  /** Everything that was given up there is known to be over. */
  swept: z.boolean().nullable(),
  slotsFree: z.number().int().nullable(),
  slotsTotal: z.number().int().nullable(),
  gpusTotal: z.number().nullable(),
  gpusUsed: z.number().nullable(),
  /** Asked for by pods that wait for a node. */
  gpusWaiting: z.number().nullable(),
  inFlight: z.number().int(),
  /** Attempts that were given up there and are not known to be over. */
  orphans: z.number().int(),
};
export const platformClusterSchema = z.object(platformClusterShape).meta({ id: 'PlatformCluster' });
export type PlatformClusterView = z.infer<typeof platformClusterSchema>;
export const platformClustersSchema = z.object({ items: z.array(platformClusterSchema) });

export const platformClusterDetailSchema = z
  .object({
    ...platformClusterShape,
    /** At most 500, by name. */
    nodes: z.array(clusterNodeSchema),
    nodesLeftOut: z.number().int(),
    /** What was given up there and is not known to be over, the oldest first; at most 100. */
    orphanAttempts: z.array(
      z.object({ runId: z.uuid(), epoch: z.number().int(), workflow: z.string(), lostAt: moment.nullable() }),
    ),
    /** Of what is shown of nodes and GPUs. */
    observedAt: moment.nullable(),
  })
  .meta({ id: 'PlatformClusterDetail' });
export type PlatformClusterDetailView = z.infer<typeof platformClusterDetailSchema>;

/** What a test of a cluster has found. Nothing is stored by it and nothing is made on the cluster. */
export const clusterReportSchema = z
  .object({
    /** Nothing of severity `error` was found: it can be registered. */
    usable: z.boolean(),
    server: z.string().nullable(),
    namespace: z.string().nullable(),
    kubernetesVersion: z.string().nullable(),
    argoVersion: z.string().nullable(),
    pipelines: z.array(z.string()),
    /** GPUs that are there now; null where nodes cannot be read. */
    gpus: z.number().nullable(),
    findings: z.array(
      z.object({ severity: z.enum(['error', 'warning']), code: z.string(), detail: z.string(), fix: z.string() }),
    ),
    milliseconds: z.number(),
  })
  .meta({ id: 'ClusterReport' });
export type ClusterReportView = z.infer<typeof clusterReportSchema>;

export const totalLossSchema = z.object({
  cluster: z.string(),
  /** Attempts that were given up. */
  givenUp: z.number().int(),
  /** Of their runs, those that went back to the queue. */
  requeued: z.number().int(),
});
