import { readFileSync } from 'node:fs';
import { clusterKindSchema } from '@stead/contracts/dispatcher';
import { DEFAULT_ORPHAN_POLICY, DEFAULT_SUPPLY_POLICY, parseQuantity } from '@stead/platform/capacity';
import type { InlineKubeconfig } from '@stead/platform/kube';
import { z } from 'zod';
import { clusterStoreSchema } from './cluster-store-config';

const dnsName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and "-"');

const CLOUD_ELASTIC_SLOTS = 4;
const quantity = z
  .union([z.string(), z.number()])
  .transform((text) => parseQuantity(text) ?? -1)
  .refine((amount) => amount >= 0, 'must be a quantity such as 8, 500m or 32Gi');

export const siteConfigSchema = z
  .strictObject({
    name: dnsName,
    kind: clusterKindSchema,
    /** Path of a kubeconfig file, and the context in it when that is not its current one. */
    kubeconfig: z.string().min(1),
    context: z.string().min(1).optional(),
    namespace: dnsName,
    /** What a GPU costs there for an hour, in whatever currency all clusters are priced in. */
    pricePerGpuHour: z.number().positive('must be more than 0: what is free cannot be weighed against anything'),
    /** Of an Argo controller that only takes workflows labelled with it. */
    instanceId: dnsName.optional(),
    /** Runs at a time for which the autoscaler may add nodes; 0 where nodes are fixed. By default 4 in a cloud, 0 at home. */
    elasticSlots: z.number().int().nonnegative().optional(),
    /** How long such a node takes until it runs a pod, for as long as none has been seen. */
    bootSeconds: z.number().nonnegative().default(240),
    /** What such a node gives, for as long as none has been seen: `{"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": 1}`. */
    nodeShape: z.record(z.string(), quantity).optional(),
    /** Karpenter's pools that are ours; by default those that take pods of our pipelines. */
    nodePools: z.array(z.string().min(1)).optional(),
    /** How long a pool that had no machine to give is not counted on; doubles while that goes on. */
    dryHoldSeconds: z
      .number()
      .positive()
      .default(DEFAULT_SUPPLY_POLICY.holdMs / 1000),
    /** How long a machine may be idle, or be about to come or go, beyond what Karpenter itself allows it. */
    orphanAfterSeconds: z
      .number()
      .nonnegative()
      .default(DEFAULT_ORPHAN_POLICY.marginMs / 1000),
    /** Delete the claims of orphaned machines. Needs `delete` on `nodeclaims`, which is Karpenter's own otherwise. */
    reapMachines: z.boolean().default(false),
    /** The store of the steps there, where it is not the one that every service uses. */
    objectStore: clusterStoreSchema.optional(),
    /** Megabits a second between that store and the primary one, until copies have shown it. */
    bandwidthMbps: z.number().positive().optional(),
  })
  .transform((site) => ({
    ...site,
    elasticSlots: site.elasticSlots ?? (site.kind === 'cloud' ? CLOUD_ELASTIC_SLOTS : 0),
    /** What the operator said, which holds whatever pools would let; null where he said nothing. */
    elasticSlotsMax: site.elasticSlots ?? null,
  }));
export type SiteConfig = z.infer<typeof siteConfigSchema>;

/** A cluster to watch. That of an operator has its kubeconfig in no file. */
export type WatchedConfig = Omit<SiteConfig, 'kubeconfig'> & { kubeconfig: string | InlineKubeconfig };

const sitesSchema = z
  .array(siteConfigSchema)
  .refine((sites) => new Set(sites.map((site) => site.name)).size === sites.length, 'two clusters have the same name');

/** `CLUSTERS`: the JSON itself, or the path of a file that holds it. */
export const clustersVariable = z.string().transform((text, context): SiteConfig[] => {
  try {
    const json = text.trim().startsWith('[') ? text : readFileSync(text, 'utf8');
    const parsed = sitesSchema.safeParse(JSON.parse(json));
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues)
      context.addIssue({ code: 'custom', message: `${issue.path.join('.')}: ${issue.message}` });
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
  }
  return z.NEVER;
});
