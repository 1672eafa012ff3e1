import { z } from 'zod';
import { placementPolicySchema } from '../placement';

const moment = z.iso.datetime();

export const rulesParams = z.object({ workspaceId: z.uuid() });
export const listRulesQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
});

/** Twice the weight is twice the share of what is scarce. */
export const setRulesBody = z.strictObject({
  weight: z.number().min(0.01, 'must be at least 0.01').max(100, 'must be at most 100'),
  /** When the cloud may be paid for; the platform's own policy where it is null. */
  placement: placementPolicySchema.nullable(),
  reason: z.string().trim().min(1).max(500).optional(),
});
export type SetRulesBody = z.infer<typeof setRulesBody>;

export const workspaceRulesSchema = z
  .object({
    workspaceId: z.uuid(),
    weight: z.number(),
    placement: placementPolicySchema.nullable(),
    /** 0 where nothing was ever said: these are the defaults. */
    revision: z.number().int(),
    updatedAt: moment.nullable(),
    /** Use that counts in its share; older use counts less. */
    gpuSeconds: z.number(),
    cloudCost: z.number(),
    queued: z.number().int(),
    running: z.number().int(),
  })
  .meta({ id: 'WorkspaceRules' });
export type WorkspaceRulesView = z.infer<typeof workspaceRulesSchema>;
