import { z } from 'zod';

export const privacyPolicyBody = z.strictObject({
  /** `reviewed`: only what a review has approved is published. `none`: publishing waits for nobody. */
  gate: z.enum(['none', 'reviewed']),
  /** Whoever approves has decided nothing in the review. */
  twoPersons: z.boolean(),
  /** After an approval; null keeps the originals. */
  eraseAfterDays: z.number().int().min(0).max(3_650).nullable(),
  /** Within these, somebody who asks to be covered is answered. */
  answerWithinDays: z.number().int().min(1).max(365),
});
export type PrivacyPolicyBody = z.infer<typeof privacyPolicyBody>;

export const privacyPolicySchema = privacyPolicyBody
  .extend({ revision: z.number().int(), changedAt: z.iso.datetime().nullable(), changedBy: z.string().nullable() })
  .meta({ id: 'PrivacyPolicy' });
export type PrivacyPolicyView = z.infer<typeof privacyPolicySchema>;

/** What was erased, for whoever has to show it. `sha256` is of the bytes of `document` as JSON in this order of keys. */
export const erasureCertificateSchema = z
  .object({
    sha256: z.string(),
    document: z.object({
      schemaVersion: z.literal(1),
      workspaceId: z.uuid(),
      captureId: z.uuid(),
      reviews: z.array(
        z.object({
          reviewId: z.uuid(),
          versionId: z.uuid(),
          approvedBy: z.string().nullable(),
          approvedAt: z.string().nullable(),
        }),
      ),
      orderedAt: z.string().nullable(),
      erasedAt: z.string(),
      /** The originals were encrypted under a key of their own, which is gone too. */
      keyDestroyed: z.boolean(),
      files: z.array(z.object({ fileId: z.uuid(), bytes: z.number().int(), sha256: z.string() })),
    }),
  })
  .meta({ id: 'ErasureCertificate' });
export type ErasureCertificate = z.infer<typeof erasureCertificateSchema>;
