import type { Logger } from '@stead/platform/logging';
import { loop, type Loop } from '@stead/platform/lifecycle';
import type { Database } from '@stead/platform/postgres';
import type { Background } from '@stead/platform/service';
import { WEBHOOK_CHANNEL } from './adapters/postgres/delivery.store';
import type { SendDeliveries, Taken } from './application/send-deliveries';

/** Retries come due without a signal, and a signal may be lost. */
const LOOK_MS = 1_000;
const TIDY_MS = 5_000;
const SWEEP_MS = 3_600_000;
/** What is on its way when the process is told to stop gets so long to end; then it is left to be sent again. */
const GRACE_MS = 4_000;

/** Keeps up to `sendsMax` postings going, and the safety nets beside them. */
export async function startCourier(
  deliveries: SendDeliveries,
  database: Database,
  logger: Logger,
  sendsMax: number,
): Promise<Background> {
  const stop = new AbortController();
  const going = new Set<Promise<void>>();

  const begin = (taken: Taken): void => {
    const { id, workspaceId, webhookId } = taken.delivery;
    const posting = deliveries
      .send(taken, stop.signal)
      // Its lease runs out, and it is sent again.
      .catch((error: unknown) => logger.error({ error, workspaceId, webhookId, deliveryId: id }, 'a delivery was left'))
      .finally(() => {
        going.delete(posting);
        sender.wake();
      });
    going.add(posting);
  };
  const sender: Loop = loop('webhooks', logger, LOOK_MS, async () => {
    const room = sendsMax - going.size;
    if (room <= 0) return;
    for (const taken of await deliveries.take(room)) begin(taken);
  });
  const tidier = loop('webhooks tidy', logger, TIDY_MS, async () => {
    const more = await deliveries.tidy();
    await deliveries.observe();
    return more;
  });
  const sweeper = loop('webhooks sweep', logger, SWEEP_MS, () => deliveries.sweep());
  const unlisten = await database.listen(WEBHOOK_CHANNEL, () => sender.wake());

  return {
    name: 'webhooks',
    stop: async () => {
      await unlisten();
      await Promise.all([sender.stop(), tidier.stop(), sweeper.stop()]);
      const timer = setTimeout(() => stop.abort(), GRACE_MS);
      await Promise.all(going);
      clearTimeout(timer);
    },
  };
}
