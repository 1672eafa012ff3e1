import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { runChanged } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { DeliveryView, NewWebhookView, WebhookView } from '@stead/contracts/notifications';
import { mapVersionReady } from '@stead/contracts/space-maps';
import { publicationChanged } from '@stead/contracts/studio';
import { until } from '@stead/testing/servers';
import { WebhooksHouse } from '../src/testing/webhooks-house';

const ready = (name = 'Hall'): PayloadOf<typeof mapVersionReady> => ({
  ...{ spaceMapId: randomUUID(), versionId: randomUUID(), number: 1, name, bytes: 1000 },
  ...{ bundlePrefix: 'workspaces/w/runs/r/e1/bundle/', manifestSha256: 'a'.repeat(64) },
  ...{ captureId: randomUUID(), runId: randomUUID(), epoch: 1, redactionOf: null },
});

describe('deliveries of webhooks, with two workers', () => {
  let house: WebhooksHouse;

  beforeAll(async () => {
    house = await WebhooksHouse.open({ workers: 2 });
  });
  afterAll(() => house.close());

  let n = 0;
  /** A path of its own for each test: the receiver keeps them apart. */
  const path = (): string => `/hook-${(n += 1)}`;
  let webhooks: NewWebhookView[] = [];
  const webhook = async (at: string, types?: readonly string[]): Promise<NewWebhookView> => {
    const made = await house.webhook(at, types);
    webhooks.push(made);
    return made;
  };
  afterEach(async () => {
    await Promise.all(webhooks.map(({ id }) => house.call('DELETE', `/v1/webhooks/${id}`)));
    webhooks = [];
  });

  it('come signed, with what the contract says and nothing from inside', async () => {
    const at = path();
    const { id, secret } = await webhook(at);
    const payload = ready();
    const eventId = await house.tell(mapVersionReady, payload);
    const [request] = await until('it arrives', () => (house.receiver.of(at).length > 0 ? house.receiver.of(at) : null));
    const told = new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {});
    const { spaceMapId, versionId } = payload;
    expect(told).toEqual({
      ...{ type: 'map-version.ready', version: 1, timestamp: expect.any(String) as string },
      data: { spaceMapId, versionId, number: 1, name: 'Hall', bytes: 1000 },
    });
    expect(request?.headers['webhook-id']).toBe(eventId);
    expect(request?.body).not.toContain('bundle');
    const delivery = await house.delivery(id, 'delivered');
    expect(delivery).toMatchObject({ eventId, eventType: 'map-version.ready', body: request?.body, nextTryAt: null });
    expect(delivery.tries).toEqual([
      {
        ...{ number: 1, outcome: 'delivered', status: 204, detail: null, answer: '' },
        at: expect.any(String),
        ms: expect.any(Number),
      },
    ]);
  });

  it('go to those alone that want such events, and tell what a change of a publication means', async () => {
    const [maps, publications] = [path(), path()];
    await webhook(maps);
    await webhook(publications, ['publication.published', 'publication.unpublished', 'run.succeeded']);
    const changed = (revision: number, state: 'published' | 'unpublished'): Promise<string> => {
      const { spaceMapId, versionId, bundlePrefix, manifestSha256 } = ready();
      const news = {
        ...{ publicationId: spaceMapId, revision, state, visibility: 'link', title: 'Hall', spaceMapId, versionId },
      };
      return house.tell(
        publicationChanged,
        publicationChanged.payload.parse({ ...news, bundlePrefix, manifestSha256, contents: null }),
      );
    };
    await changed(1, 'published');
    await until('it is told', () => house.receiver.of(publications).length === 1);
    await house.tell(runChanged, {
      ...{
        runId: randomUUID(),
        revision: 3,
        state: 'succeeded',
        cluster: 'onprem',
        epoch: 1,
        why: null,
        result: null,
        failure: null,
      },
    });
    await until('the run is told', () => house.receiver.of(publications).length === 2);
    const types = house.receiver.of(publications).map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types).toEqual(['publication.published', 'run.succeeded']);
    expect(house.receiver.of(maps)).toEqual([]);
  });

  it('are one for a message that comes again, and each is sent once while all goes well, whoever of the workers takes it', async () => {
    const at = path();
    const { id } = await webhook(at);
    const messages = await Promise.all(Array.from({ length: 25 }, () => house.tell(mapVersionReady, ready())));
    await Promise.all(messages.map((message) => house.tell(mapVersionReady, ready(), { id: message })));
    await until('all are delivered', async () => (await house.deliveries(id, '?state=delivered&limit=100')).length === 25);
    const ids = house.receiver.of(at).map(({ headers }) => headers['webhook-id']);
    expect(ids.sort()).toEqual(messages.sort());
  });

  it('never are two at once for one webhook', async () => {
    const at = path();
    let [open, most] = [0, 0];
    house.receiver.answer(at, (response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.writeHead(200).end();
      }, 30);
    });
    const { id } = await webhook(at);
    await Promise.all(Array.from({ length: 8 }, () => house.tell(mapVersionReady, ready())));
    await until('all are delivered', async () => (await house.deliveries(id, '?state=delivered')).length === 8);
    expect(most).toBe(1);
  });

  it('are tried again until one goes well, with the same id and a signature of the moment', async () => {
    const at = path();
    house.receiver.answer(at, 500, (response) => response.destroy(), 200);
    const { id, secret } = await webhook(at);
    const eventId = await house.tell(mapVersionReady, ready());
    for (const tries of [1, 2]) {
      const waiting = await until('it waits for the next try', async () => {
        const [delivery] = await house.deliveries(id, '?state=waiting');
        return delivery?.tries.length === tries ? delivery : null;
      });
      // Told as of one moment: what waits for its next try has no try that is still going on, and the next comes after the last.
      expect(waiting.tries[0]?.outcome).toBe(tries === 1 ? 'status' : 'connection');
      expect(Date.parse(waiting.nextTryAt ?? '')).toBeGreaterThan(Date.parse(waiting.tries[0]?.at ?? ''));
      if (tries === 1) expect((await house.call<WebhookView>('GET', `/v1/webhooks/${id}`)).body.failingSince).not.toBeNull();
      await house.retryNow(id);
    }
    const delivery = await house.delivery(id, 'delivered');
    expect(delivery.tries.map(({ number, outcome, status }) => [number, outcome, status])).toEqual([
      [3, 'delivered', 200],
      [2, 'connection', null],
      [1, 'status', 500],
    ]);
    const received = house.receiver.of(at);
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([eventId]));
    for (const { body, headers } of received) expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
    expect((await house.call<WebhookView>('GET', `/v1/webhooks/${id}`)).body.failingSince).toBeNull();
  });

  it('are kept when they are given up, and sent again when somebody asks: one, or all since a moment', async () => {
    const at = path();
    house.receiver.answer(at, 500);
    const { id } = await webhook(at);
    const since = new Date(Date.now() - 1000).toISOString();
    await house.tell(mapVersionReady, ready('first'));
    await house.delivery(id, 'waiting');
    await house.tell(mapVersionReady, ready('second'));
    await until('both have failed', async () => {
      const both = await house.deliveries(id, '?state=waiting');
      return both.length === 2 && both.every(({ tries }) => tries[0]?.status === 500);
    });
    // Nine of the ten tries are behind them.
    await house.admin.query(`UPDATE notifications.webhook_delivery SET tries = 9 WHERE webhook_id = $1::uuid`, [id]);
    await house.retryNow(id);
    const dead = await until('both are dead', async () => {
      const both = await house.deliveries(id, '?state=dead');
      return both.length === 2 ? both : null;
    });
    expect(dead.every(({ nextTryAt, finishedAt }) => nextTryAt === null && finishedAt !== null)).toBe(true);
    const [one] = dead;
    house.receiver.answer(at, 200);
    const before = house.receiver.of(at).length;
    const replayed = await house.call<DeliveryView>('POST', `/v1/webhooks/${id}/deliveries/${one?.id ?? ''}/replay`);
    expect([replayed.status, replayed.body.state]).toEqual([202, 'waiting']);
    await until('it is delivered', async () => (await house.deliveries(id, '?state=delivered')).length === 1);
    expect(house.receiver.of(at)[before]?.headers['webhook-id']).toBe(one?.eventId);
    expect((await house.deliveries(id, '?state=dead')).map((delivery) => delivery.id)).toEqual([dead[1]?.id]);
    const rest = await house.call<object>('POST', `/v1/webhooks/${id}/replay`, { since });
    expect([rest.status, rest.body]).toEqual([202, { replayed: 1, more: false }]);
    await until('all are delivered', async () => (await house.deliveries(id, '?state=delivered')).length === 2);
    const again = await house.call<object>('POST', `/v1/webhooks/${id}/replay`, { since });
    expect(again.body).toEqual({ replayed: 0, more: false });
  });

  it('are signed by both secrets while one replaces another', async () => {
    const at = path();
    const { id, secret } = await webhook(at);
    const rotated = await house.call<NewWebhookView>('POST', `/v1/webhooks/${id}/secret`, {});
    expect(rotated.body.secrets.map(({ expiresAt }) => expiresAt !== null)).toEqual([false, true]);
    const lastsH = (Date.parse(rotated.body.secrets[1]?.expiresAt ?? '') - Date.now()) / 3_600_000;
    expect(Math.round(lastsH)).toBe(24);
    await house.tell(mapVersionReady, ready());
    const request = await until('it arrives', () => house.receiver.of(at)[0]);
    for (const text of [secret, rotated.body.secret])
      expect(() => new Webhook(text).verify(request.body, request.headers)).not.toThrow();
    const ended = await house.call<NewWebhookView>('POST', `/v1/webhooks/${id}/secret`, { overlapHours: 0 });
    await house.tell(mapVersionReady, ready());
    const next = await until('the next one arrives', () => house.receiver.of(at)[1]);
    expect(() => new Webhook(ended.body.secret).verify(next.body, next.headers)).not.toThrow();
    for (const text of [secret, rotated.body.secret])
      expect(() => new Webhook(text).verify(next.body, next.headers)).toThrow('No matching signature');
  });

  it('do not follow a redirect, and say so', async () => {
    const [at, inner] = [path(), path()];
    house.receiver.answer(at, (response) => response.writeHead(307, { location: house.receiver.url(inner) }).end());
    const { id } = await webhook(at);
    await house.tell(mapVersionReady, ready());
    const delivery = await until('it has failed', async () => {
      const [first] = await house.deliveries(id, '?state=waiting');
      return first?.tries[0]?.status === 307 ? first : null;
    });
    expect(delivery.tries[0]).toMatchObject({ outcome: 'redirect', detail: expect.stringContaining('not followed') as string });
    expect(house.receiver.of(inner)).toEqual([]);
  });

  it.each<[string, (write: (bytes: string) => void) => void, string, number]>([
    ['drips its answer', (write) => write('.'), 'timeout', 200],
    ['has an answer without end', (write) => Array.from({ length: 10 }, () => write('x'.repeat(65_536))), 'delivered', 200],
  ])('are not held up by a receiver that %s', async (_name, behave, outcome, status) => {
    const [at, other] = [path(), path()];
    house.receiver.answer(at, (response) => {
      response.writeHead(200);
      const timer = setInterval(() => behave((bytes) => response.write(bytes)), 20);
      response.on('close', () => clearInterval(timer));
    });
    const [{ id }] = await Promise.all([webhook(at), webhook(other)]);
    await house.tell(mapVersionReady, ready());
    await until('the other one has it', () => house.receiver.of(other).length === 1);
    const tried = await until('it has ended', async () => {
      const [delivery] = await house.deliveries(id);
      const [last] = delivery?.tries ?? [];
      return last !== undefined && last.outcome !== 'sending' ? last : null;
    });
    expect([tried.outcome, tried.status]).toEqual([outcome, status]);
    expect(tried.answer?.length ?? 0).toBeLessThanOrEqual(1024);
  });

  it('can be tested: an event comes that says only that events come, once for a request that is repeated', async () => {
    const at = path();
    const { id, secret } = await webhook(at);
    const key = { 'idempotency-key': 'try-it' };
    const [first, second] = [
      await house.call<DeliveryView>('POST', `/v1/webhooks/${id}/test`, undefined, key),
      await house.call<DeliveryView>('POST', `/v1/webhooks/${id}/test`, undefined, key),
    ];
    expect([first.status, first.body.id]).toEqual([202, second.body.id]);
    const delivery = await house.delivery(id, 'delivered');
    const [request, ...more] = house.receiver.of(at);
    expect(more).toEqual([]);
    expect(new Webhook(secret).verify(request?.body ?? '', request?.headers ?? {})).toMatchObject({
      ...{ type: 'webhook.test', data: { webhookId: id } },
    });
    expect(delivery.id).toBe(first.body.id);
  });

  it('are counted, and the oldest that waits tells how far behind the senders are', async () => {
    const [first] = await Promise.all([house.startWorker()]);
    const at = path();
    await webhook(at);
    await until('this worker has sent one', async () => {
      await house.tell(mapVersionReady, ready());
      return /stead_webhook_tries_total\{[^}]*outcome="delivered"[^}]*\} [1-9]/.test(
        await first.parts.metrics.registry.metrics(),
      );
    });
    expect(await first.parts.metrics.registry.metrics()).toMatch(/^stead_webhook_due_age_seconds\{.*\} \d/m);
  });
});
