import { randomUUID } from 'node:crypto';
import type { DeliveryView, NewWebhookView, WebhookView } from '@stead/contracts/notifications';
import { mapVersionReady } from '@stead/contracts/space-maps';
import { until } from '@stead/testing/servers';
import { WebhooksHouse, type Answer } from '../src/testing/webhooks-house';

const READY = ['map-version.ready'];
const url = (name: string): string => `https://example.com/${name}`;

/** No worker runs: what is made stays as it was made. */
describe('the webhooks of a workspace', () => {
  let house: WebhooksHouse;

  beforeAll(async () => {
    house = await WebhooksHouse.open({ workers: 0 });
  });
  afterAll(() => house.close());
  afterEach(async () => {
    for (const { id } of (await list()).body.items) await house.call('DELETE', `/v1/webhooks/${id}`);
  });

  const list = (): Promise<Answer<{ items: WebhookView[]; next: null }>> => house.call('GET', '/v1/webhooks');
  const make = (body: object): Promise<Answer<NewWebhookView>> =>
    house.call('POST', '/v1/webhooks', { url: url('a'), eventTypes: READY, ...body });

  it('are made, read, changed and deleted, and their secret is shown once', async () => {
    const made = await make({ description: 'our shop' });
    expect([made.status, made.headers.get('location')]).toEqual([201, `/v1/webhooks/${made.body.id}`]);
    const { secret, ...view } = made.body;
    expect(secret).toMatch(/^whsec_/);
    const path = `/v1/webhooks/${view.id}`;
    const read = await house.call<WebhookView>('GET', path);
    expect([read.body, read.etag]).toEqual([view, made.etag]);
    expect((await list()).body).toEqual({ items: [view], next: null });
    const changed = await house.call<WebhookView>('PATCH', path, { eventTypes: ['run.failed', 'run.failed'], enabled: false });
    expect(changed.body).toMatchObject({
      eventTypes: ['run.failed'],
      enabled: false,
      disabledReason: 'asked',
      description: 'our shop',
    });
    const same = await house.call<WebhookView>('PATCH', path, { enabled: false, description: 'our shop' });
    expect([same.etag, same.body]).toEqual([changed.etag, changed.body]);
    expect((await house.call('DELETE', path)).status).toBe(204);
    const gone = await house.call('GET', path);
    expect([gone.status, gone.body.code]).toEqual([404, 'notifications/webhook-not-found']);
  });

  it('keep their secrets sealed: none lies in the database as it is', async () => {
    const { secret, id } = (await make({})).body;
    const rotated = (await house.call<NewWebhookView>('POST', `/v1/webhooks/${id}/secret`, {}, { 'idempotency-key': 'k' })).body
      .secret;
    for (const table of ['webhook_secret', 'idempotency', 'webhook', 'outbox', 'feed']) {
      const rows = await house.admin.query<{ row: string }>(
        `SELECT t::text || coalesce(encode(s.sealed, 'escape'), '') AS row
        FROM notifications.${table} t LEFT JOIN notifications.webhook_secret s ON true`,
        [],
      );
      const text = JSON.stringify(rows);
      for (const shown of [secret, rotated]) expect(text).not.toContain(shown.slice('whsec_'.length));
    }
  });

  it.each<[string, object, string, string]>([
    ['an address of an inner network', { url: 'https://169.254.169.254/' }, '/url', 'internet'],
    ['an address with a password', { url: 'https://a:b@example.com/' }, '/url', 'Leave out'],
    ['no address', { url: 'example' }, '/url', 'whole address'],
    ['a protocol that is none', { url: 'ftp://example.com/' }, '/url', 'https'],
    ['no events', { eventTypes: [] }, '/eventTypes', 'at least one'],
    ['an event that does not exist', { eventTypes: ['map.exploded'] }, '/eventTypes/0', ''],
    ['the event of tests', { eventTypes: ['webhook.test'] }, '/eventTypes/0', ''],
    ['a field that does not exist', { secret: 'whsec_mine' }, '/secret', 'remove'],
  ])('are refused with %s, naming the field', async (_name, body, pointer, fix) => {
    const refused = await make(body);
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
    expect(refused.body.errors?.[0]?.detail).toContain(fix);
  });

  it('change only in the revision that the caller has seen', async () => {
    const made = await make({});
    const path = `/v1/webhooks/${made.body.id}`;
    const changes = await Promise.all(
      ['One', 'Two', 'Three'].map((description) => house.call('PATCH', path, { description }, { 'if-match': made.etag })),
    );
    expect(changes.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect((await house.call('DELETE', path, undefined, { 'if-match': made.etag })).status).toBe(412);
    expect((await house.call('POST', `${path}/secret`, {}, { 'if-match': made.etag })).status).toBe(412);
  });

  it('are one for an address, however often and at once it is asked for: no event comes twice', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => make({})));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('notifications/webhook-exists');
    const other = await make({ url: url('b') });
    const moved = await house.call('PATCH', `/v1/webhooks/${other.body.id}`, { url: url('a') });
    expect([moved.status, moved.body.code]).toEqual([409, 'notifications/webhook-exists']);
  });

  it('are twenty at most, however many are asked for at once', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, i) => make({ url: url(String(i)) })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('notifications/too-many-webhooks');
    expect((await list()).body.items).toHaveLength(20);
  });

  it('have four secrets in force at most', async () => {
    const { id } = (await make({})).body;
    for (let n = 0; n < 3; n += 1) expect((await house.call('POST', `/v1/webhooks/${id}/secret`, {})).status).toBe(201);
    const refused = await house.call('POST', `/v1/webhooks/${id}/secret`, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'notifications/too-many-secrets']);
    expect(
      (await house.call<NewWebhookView>('POST', `/v1/webhooks/${id}/secret`, { overlapHours: 0 })).body.secrets,
    ).toHaveLength(1);
  });

  it('are not those of another workspace, nor for anybody without the scope', async () => {
    const { id } = (await make({})).body;
    const test = await house.call<DeliveryView>('POST', `/v1/webhooks/${id}/test`);
    const stranger = { ...house.actor, workspaceId: randomUUID() };
    const one = `/v1/webhooks/${id}`;
    for (const [method, path, body] of [
      ['GET', one, undefined],
      ['PATCH', one, { description: 'mine' }],
      ['DELETE', one, undefined],
      ['POST', `${one}/secret`, {}],
      ['POST', `${one}/test`, undefined],
      ['GET', `${one}/deliveries`, undefined],
      ['POST', `${one}/deliveries/${test.body.id}/replay`, undefined],
      ['POST', `${one}/replay`, { since: new Date().toISOString() }],
    ] as const) {
      const answer = await house.call(method, path, body, {}, stranger);
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, 'notifications/webhook-not-found']);
      const reader = { ...house.actor, scopes: method === 'GET' ? ['webhooks:write'] : ['webhooks:read'] };
      expect((await house.call(method, path, body, {}, reader)).status).toBe(403);
    }
    expect((await house.call<{ items: [] }>('GET', '/v1/webhooks', undefined, {}, stranger)).body.items).toEqual([]);
    expect((await make({})).status).toBe(409);
    expect((await house.call('POST', '/v1/webhooks', { url: url('a'), eventTypes: READY }, {}, stranger)).status).toBe(201);
  });

  it('have a log that pages by when things were made, with filters, while more come', async () => {
    const { id } = (await make({})).body;
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      // Ids made from a key are in no order of time: the log must not go by them.
      const key = { 'idempotency-key': `test-${n}` };
      made.push((await house.call<DeliveryView>('POST', `/v1/webhooks/${id}/test`, undefined, key)).body.id);
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: Answer<{ items: DeliveryView[]; next: string | null }> = await house.call(
        'GET',
        `/v1/webhooks/${id}/deliveries?limit=3${query}`,
      );
      seen.push(...page.body.items.map((delivery) => delivery.id));
      cursor = page.body.next;
      await house.call('POST', `/v1/webhooks/${id}/test`);
    }
    expect(seen).toEqual(made.toReversed());
    expect(await house.deliveries(id, '?eventType=run.failed')).toEqual([]);
    expect(await house.deliveries(id, '?state=dead')).toEqual([]);
    expect(await house.deliveries(id, '?state=waiting&eventType=webhook.test')).toHaveLength(10);
    expect((await house.call('GET', `/v1/webhooks/${id}/deliveries?state=lost`)).status).toBe(400);
  });

  it('hear nothing while they are disabled', async () => {
    await house.startWorker();
    const [off, on] = [(await make({ enabled: false })).body, await house.webhook('/on')];
    const { spaceMapId, versionId } = { spaceMapId: randomUUID(), versionId: randomUUID() };
    await house.tell(mapVersionReady, {
      ...{ spaceMapId, versionId, number: 1, name: 'Hall', bytes: 1, bundlePrefix: 'p', manifestSha256: 's' },
      ...{ captureId: randomUUID(), runId: randomUUID(), epoch: 1, redactionOf: null },
    });
    await until('the other one has it', async () => (await house.deliveries(on.id, '?state=delivered')).length === 1);
    expect(await house.deliveries(off.id)).toEqual([]);
  });
});

describe('webhooks of a service', () => {
  it('that has no key to seal with cannot be made, and the answer says what is missing', async () => {
    const house = await WebhooksHouse.open({ workers: 0, env: { WEBHOOK_KEY: '' } });
    const refused = await house.call('POST', '/v1/webhooks', { url: url('a'), eventTypes: READY });
    expect([refused.status, refused.body.code]).toEqual([409, 'notifications/no-webhook-key']);
    await house.close();
  });

  it('that sends to public addresses only go nowhere else, even where an inner one got into the database', async () => {
    const house = await WebhooksHouse.open({ workers: 1, env: { WEBHOOK_ALLOW_PRIVATE: 'false' } });
    const inner = { url: house.receiver.url('/inner'), eventTypes: READY };
    const refused = await house.call('POST', '/v1/webhooks', inner);
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([400, '/url']);
    const { id } = (await house.call<NewWebhookView>('POST', '/v1/webhooks', { ...inner, url: url('a') })).body;
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
      const moved = `http://${host}:${house.receiver.port}/inner`;
      await house.admin.query('UPDATE notifications.webhook SET url = $2 WHERE id = $1::uuid', [id, moved]);
      const test = await house.call<DeliveryView>('POST', `/v1/webhooks/${id}/test`);
      await until('it is refused', async () => {
        const delivery = (await house.deliveries(id)).find((each) => each.id === test.body.id);
        return delivery?.tries[0]?.outcome === 'address-refused';
      });
    }
    expect(house.receiver.received).toEqual([]);
    await house.close();
  });
});
