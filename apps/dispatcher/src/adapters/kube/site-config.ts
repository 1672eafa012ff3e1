import { readFileSync } from 'node:fs';
import { clusterKindSchema } from '@stead/contracts/dispatcher';
import { z } from 'zod';

const dnsName = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and "-"');

const CLOUD_ELASTIC_SLOTS = 4;

export const siteConfigSchema = z
  .strictObject({
    name: dnsName,
    kind: clusterKindSchema,
    /** Path of a kubeconfig file, and the context in it when that is not its current one. */
    kubeconfig: z.string().min(1),
    context: z.string().min(1).optional(),
    namespace: dnsName,
    /** What a GPU costs there for an hour, in whatever currency all clusters are priced in. */
    pricePerGpuHour: z.number().nonnegative(),
    /** Of an Argo controller that only takes workflows labelled with it. */
    instanceId: dnsName.optional(),
    /** Runs at a time for which the autoscaler may add nodes; 0 where nodes are fixed. By default 4 in a cloud, 0 at home. */
    elasticSlots: z.number().int().nonnegative().optional(),
    /** How long such a node takes until it runs a pod. */
    bootSeconds: z.number().nonnegative().default(240),
  })
  .transform((site) => ({ ...site, elasticSlots: site.elasticSlots ?? (site.kind === 'cloud' ? CLOUD_ELASTIC_SLOTS : 0) }));
export type SiteConfig = z.infer<typeof siteConfigSchema>;

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
