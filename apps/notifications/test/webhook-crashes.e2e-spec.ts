import type { WebhookMetrics } from '../src/application/webhook-ports';
import type { SendDeliveries, Taken } from '../src/application/send-deliveries';
import { WebhooksHouse } from '../src/testing/webhooks-house';
import { sendDeliveries } from '../src/worker.module';
import { until } from '@stead/testing/servers';

const nothing: WebhookMetrics = {
  tried: () => undefined,
  lost: () => undefined,
  disabled: () => undefined,
  waiting: () => undefined,
};
const never = new AbortController().signal;

/** Senders that are stopped by hand where a process may die; what they leave, a worker finds that starts later. */
describe('a delivery whose sender dies', () => {
  let house: WebhooksHouse;
  let senders: [SendDeliveries, SendDeliveries];

  beforeEach(async () => {
    house = await WebhooksHouse.open({ workers: 0 });
    senders = [sendDeliveries(house.replica().parts, nothing), sendDeliveries(house.replica().parts, nothing)];
  });
  afterEach(() => house.close());

  async function taken(path: string): Promise<{ id: string; mine: Taken }> {
    const { id } = await house.webhook(path);
    await house.call('POST', `/v1/webhooks/${id}/test`);
    const [mine] = await senders[0].take(5);
    if (mine === undefined) throw new Error('nothing was due');
    return { id, mine };
  }

  it('between sending and recording is sent again, with the same id, and its lost try stays in the log', async () => {
    const { id, mine } = await taken('/crash');
    // All of `send` but its last step.
    await fetch(house.receiver.url('/crash'), {
      method: 'POST',
      headers: { 'webhook-id': mine.delivery.eventId },
      body: mine.delivery.body,
    });
    await house.startWorker();
    expect((await house.deliveries(id)).map(({ state }) => state)).toEqual(['sending']);
    await house.expireLeases(id);
    const delivery = await house.delivery(id, 'delivered');
    const received = house.receiver.of('/crash');
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([delivery.eventId, delivery.eventId]);
    expect(received[1]?.body).toBe(received[0]?.body);
    expect(delivery.tries.map(({ number, outcome }) => [number, outcome])).toEqual([
      [2, 'delivered'],
      [1, 'lost'],
    ]);
  });

  it('is taken by one of two that ask at once, and by nobody while its lease holds', async () => {
    const { id } = await house.webhook('/once');
    await house.call('POST', `/v1/webhooks/${id}/test`);
    for (let n = 0; n < 5; n += 1) await house.call('POST', `/v1/webhooks/${id}/test`);
    const rounds = await Promise.all(Array.from({ length: 10 }, (_, n) => senders[n % 2 === 0 ? 0 : 1].take(5)));
    expect(rounds.flat()).toHaveLength(1);
    expect(await senders[1].take(5)).toEqual([]);
  });

  it('leaves the others to be shared out: two that ask at once get different ones, and between them all', async () => {
    for (let n = 0; n < 6; n += 1) {
      const { id } = await house.webhook(`/shared-${n}`);
      await house.call('POST', `/v1/webhooks/${id}/test`);
    }
    const both = await Promise.all(senders.map((sender) => sender.take(3)));
    expect(new Set(both.flat().map(({ webhook }) => webhook.id)).size).toBe(6);
  });

  it('is not undone by the late word of a sender that lost it', async () => {
    house.receiver.answer('/late', 200);
    const { id, mine } = await taken('/late');
    await house.expireLeases(id);
    await senders[1].tidy();
    const [again] = await senders[1].take(5);
    if (again === undefined) throw new Error('it was not given up by the first');
    await senders[1].send(again, never);
    await senders[0].record(mine.delivery, { outcome: 'status', status: 500, ms: 1, detail: 'late', answer: null });
    const delivery = await house.delivery(id, 'delivered');
    expect(delivery.tries.map(({ number, outcome }) => [number, outcome])).toEqual([
      [2, 'delivered'],
      [1, 'status'],
    ]);
    expect(house.receiver.of('/late')).toHaveLength(1);
  });

  it('ten times over is given up: it may be what they die of', async () => {
    const { id } = await taken('/poison');
    for (let n = 1; n <= 10; n += 1) {
      await house.expireLeases(id);
      await senders[0].tidy();
      expect(await senders[0].take(5)).toHaveLength(n < 10 ? 1 : 0);
    }
    expect((await house.delivery(id, 'dead')).tries).toHaveLength(10);
  });

  it('by order, in the middle of it, is free at once for another', async () => {
    house.receiver.answer('/stopped', () => undefined, 200);
    const { id, mine } = await taken('/stopped');
    const stop = new AbortController();
    const sending = senders[0].send(mine, stop.signal);
    await until('it has arrived', () => house.receiver.of('/stopped').length === 1);
    stop.abort();
    await sending;
    await house.startWorker();
    expect((await house.delivery(id, 'delivered')).tries.map(({ outcome }) => outcome)).toEqual(['delivered', 'lost']);
  });

  it('of a webhook that is deleted meanwhile ends quietly', async () => {
    const { id, mine } = await taken('/deleted');
    await house.call('DELETE', `/v1/webhooks/${id}`);
    await senders[0].send(mine, never);
    expect(await senders[0].tidy()).toBe(false);
  });

  it('and whose secret nobody can open any more is not sent unsigned', async () => {
    const { id } = await house.webhook('/unsigned');
    await house.admin.query(`UPDATE notifications.webhook_secret SET sealed = '\\x00' WHERE webhook_id = $1::uuid`, [id]);
    await house.call('POST', `/v1/webhooks/${id}/test`);
    const [mine] = await senders[0].take(1);
    if (mine === undefined) throw new Error('nothing was due');
    await senders[0].send(mine, never);
    expect((await house.delivery(id, 'waiting')).tries[0]).toMatchObject({ outcome: 'unsigned' });
    expect(house.receiver.received).toEqual([]);
  });

  it('leaves nothing that is never removed: what ended a month ago goes, with its tries', async () => {
    const { id, mine } = await taken('/old');
    await senders[0].send(mine, never);
    expect(await senders[0].sweep()).toBe(false);
    expect(await house.deliveries(id)).toHaveLength(1);
    await house.admin.query(
      `UPDATE notifications.webhook_delivery SET finished_at = now() - interval '31 days' WHERE id = $1::uuid`,
      [mine.delivery.id],
    );
    await senders[0].sweep();
    expect(await house.deliveries(id)).toEqual([]);
    expect(await house.admin.query('SELECT 1 FROM notifications.webhook_try', [])).toEqual([]);
  });

  it('leaves room for others: many slow webhooks of one workspace do not hold up those of another', async () => {
    for (let n = 0; n < 6; n += 1) {
      const { id } = await house.webhook(`/slow-${n}`);
      await house.call('POST', `/v1/webhooks/${id}/test`);
    }
    const stranger = { ...house.actor, workspaceId: '00000000-0000-4000-8000-000000000001' };
    const theirs = await house.call<{ id: string }>(
      ...(['POST', '/v1/webhooks', { url: house.receiver.url('/theirs'), eventTypes: ['run.failed'] }, {}, stranger] as const),
    );
    expect(await senders[0].take(3)).toHaveLength(3);
    await house.call('POST', `/v1/webhooks/${theirs.body.id}/test`, undefined, {}, stranger);
    const [next] = await senders[0].take(1);
    expect(next?.webhook.id).toBe(theirs.body.id); // though the others have waited longer
  });
});
