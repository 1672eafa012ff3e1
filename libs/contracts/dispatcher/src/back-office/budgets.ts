import { z } from 'zod';

/** Whose money: a workspace's, or that of all of them together. */
export const budgetScopeSchema = z.union([z.literal('house'), z.uuid()]);
export const budgetPeriodSchema = z.enum(['day', 'month']);
export const budgetParams = z.object({ scope: budgetScopeSchema, period: budgetPeriodSchema });

const CAP_MAX = 1_000_000_000;

/** What may be spent in clouds in a UTC day or month, in the currency that clusters are priced in. Null: no bound. */
export const setBudgetBody = z.strictObject({
  cap: z.number().min(0, 'must be 0 or more').max(CAP_MAX, `must be at most ${CAP_MAX}`).nullable(),
  reason: z.string().trim().min(1).max(500).optional(),
});
export type SetBudgetBody = z.infer<typeof setBudgetBody>;

export const budgetSchema = z
  .object({
    scope: budgetScopeSchema,
    period: budgetPeriodSchema,
    cap: z.number().nullable(),
    /** Set aside for runs that are under way. */
    reserved: z.number(),
    spent: z.number(),
    /** What runs cost beyond what was set aside for them: nobody is charged for it. */
    overrun: z.number(),
    /** Null where nothing limits it. */
    left: z.number().nullable(),
    /** 0 where there is no cap. */
    revision: z.number().int(),
  })
  .meta({ id: 'Budget' });
export type BudgetView = z.infer<typeof budgetSchema>;

export const budgetsSchema = z.object({ items: z.array(budgetSchema) }).meta({ id: 'Budgets' });
