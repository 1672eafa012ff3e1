import type { Tx } from '@stead/platform/postgres';

/**
 * Does the work of a message at most once: the effect row is written in the transaction of the work itself. False when an
 * earlier delivery has already done it.
 */
export async function once(tx: Tx, schema: string, messageId: string, step: string, work: () => Promise<void>): Promise<boolean> {
  const fresh = await tx.execute(`INSERT INTO ${schema}.effect (message_id, step) VALUES ($1::uuid, $2) ON CONFLICT DO NOTHING`, [
    messageId,
    step,
  ]);
  if (fresh === 0) return false;
  await work();
  return true;
}
