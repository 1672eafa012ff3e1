import { randomUUID } from 'node:crypto';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { WebhookView } from '@stead/contracts/notifications';
import { mapVersionReady } from '@stead/contracts/space-maps';
import { until } from '@stead/testing/servers';
import { WebhooksHouse, type Answer } from '../src/testing/webhooks-house';

const ready = (): PayloadOf<typeof mapVersionReady> => ({
  ...{ spaceMapId: randomUUID(), versionId: randomUUID(), number: 1, name: 'Hall', bytes: 1000 },
  ...{ bundlePrefix: 'workspaces/w/runs/r/e1/bundle/', manifestSha256: 'a'.repeat(64) },
  ...{ captureId: randomUUID(), runId: randomUUID(), epoch: 1, redactionOf: null },
});

describe('a webhook that does not work', () => {
  let house: WebhooksHouse;

  beforeAll(async () => {
    house = await WebhooksHouse.open({ workers: 1 });
  });
  afterAll(() => house.close());

  it('is disabled by 410 Gone: its owner hears of it, and what waits is given up but kept', async () => {
    const at = '/gone';
    house.receiver.answer(at, 500, 410);
    const { id } = await house.webhook(at);
    await house.tell(mapVersionReady, ready());
    await house.delivery(id, 'waiting');
    await house.tell(mapVersionReady, ready());
    const off = await until('it is off', async () => {
      const read = await house.call<WebhookView>('GET', `/v1/webhooks/${id}`);
      return read.body.enabled ? null : read;
    });
    expect([off.body.disabledReason, off.etag]).toEqual(['gone', '"r2"']);
    await until('nothing waits', async () => (await house.deliveries(id, '?state=dead')).length === 2);
    const feed = await house.admin.query(
      `SELECT data FROM notifications.feed WHERE type = 'webhook.disabled' AND data->>'webhookId' = $1`,
      [id],
    );
    expect(feed).toEqual([{ data: { webhookId: id, reason: 'gone' } }]);
    const [dead] = await house.deliveries(id, '?state=dead');
    for (const [order, body] of [
      ['test', undefined],
      [`deliveries/${dead?.id ?? ''}/replay`, undefined],
      ['replay', { since: off.body.createdAt }],
    ] as const) {
      const refused = await house.call('POST', `/v1/webhooks/${id}/${order}`, body);
      expect([refused.status, refused.body.code]).toEqual([409, 'notifications/webhook-disabled']);
    }
    house.receiver.answer(at, 200);
    const on = await house.call<WebhookView>('PATCH', `/v1/webhooks/${id}`, { enabled: true });
    expect([on.body.enabled, on.body.disabledReason, on.body.failingSince]).toEqual([true, null, null]);
    await house.call('POST', `/v1/webhooks/${id}/replay`, { since: off.body.createdAt });
    await until('what was given up is delivered', async () => (await house.deliveries(id, '?state=delivered')).length === 2);
  });

  it('is disabled when everything has failed for five days', async () => {
    const at = '/failing';
    house.receiver.answer(at, 503);
    const { id } = await house.webhook(at);
    await house.tell(mapVersionReady, ready());
    await until('it fails', async () => (await house.call<WebhookView>('GET', `/v1/webhooks/${id}`)).body.failingSince !== null);
    await house.admin.query(`UPDATE notifications.webhook SET failing_since = now() - interval '5 days' WHERE id = $1::uuid`, [
      id,
    ]);
    await house.retryNow(id);
    const off = await until('it is off', async () => {
      const read: Answer<WebhookView> = await house.call('GET', `/v1/webhooks/${id}`);
      return read.body.enabled ? null : read;
    });
    expect(off.body.disabledReason).toBe('failing');
    expect((await house.delivery(id, 'dead')).tries[0]?.status).toBe(503);
  });
});
