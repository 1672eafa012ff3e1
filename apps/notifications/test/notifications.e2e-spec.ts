import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { runProgressed } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { captureRejected } from '@stead/contracts/workspaces';
import { IDENTITY_HEADER, IdentitySigner, type Actor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { Lifecycle } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { createMetrics } from '@stead/platform/metrics';
import { OutboxRelay, PostgresOutbox } from '@stead/platform/outbox';
import { connect, type Database } from '@stead/platform/postgres';
import { BullClient } from '@stead/platform/queue';
import { openParts, startApi, startWorkers } from '@stead/platform/service';
import { freshDatabase, freshRedis, until, type FreshDatabase, type FreshRedis } from '@stead/testing/servers';
import { PostgresFeedStore } from '../src/adapters/postgres/feed.store';
import { loadConfig } from '../src/config';
import { notificationsService } from '../src/service';
import { EventReader } from '../src/testing/event-reader';

const IDENTITY_KEY = 'an-identity-key-of-more-than-32-characters';
const signer = new IdentitySigner(IDENTITY_KEY);
const logger = createLogger({ service: 'spec', level: 'silent' });

/** Two replicas of the service, and a neighbour whose outbox announces things. */
describe('the event stream of a workspace', () => {
  let fresh: FreshDatabase;
  let redisServer: FreshRedis;
  let redis: Redis;
  let admin: Database;
  let neighbour: Database;
  let relay: OutboxRelay;
  let client: BullClient;
  let replicas: { url: string; lifecycle: Lifecycle }[];
  let workspaceId: string;
  let readers: EventReader[];

  async function startReplica(): Promise<{ url: string; lifecycle: Lifecycle }> {
    const config = loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: fresh.apiUrl('notifications'),
      WORKER_DATABASE_URL: fresh.workerUrl('notifications'),
      REDIS_URL: redisServer.url,
      IDENTITY_KEY,
      LOG_LEVEL: 'error',
    });
    const parts = openParts('notifications', 'notifications', config);
    const lifecycle = new Lifecycle(parts.logger);
    lifecycle.add('parts', () => parts.close());
    const url = await startApi(notificationsService, parts, lifecycle);
    await startWorkers(notificationsService, parts, lifecycle);
    return { url, lifecycle };
  }

  beforeAll(async () => {
    [fresh, redisServer] = await Promise.all([freshDatabase({ contexts: ['notifications', 'dispatcher'] }), freshRedis()]);
    redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });
    client = new BullClient(redis, () => undefined);
    admin = connect({ url: fresh.adminUrl, applicationName: 'spec-admin', poolMax: 2 });
    neighbour = connect({ url: fresh.workerUrl('dispatcher'), applicationName: 'spec', poolMax: 4 });
    const metrics = createMetrics('spec', { processMetrics: false });
    relay = new OutboxRelay({ schema: 'dispatcher', database: neighbour, redis, logger, metrics });
    replicas = await Promise.all([startReplica(), startReplica()]);
    await relay.start();
  });
  afterAll(async () => {
    await relay.stop();
    await Promise.all(replicas.map(({ lifecycle }) => lifecycle.stop()));
    await client.close();
    redis.disconnect();
    await Promise.all([admin.close(), neighbour.close()]);
    await fresh.drop();
  });
  beforeEach(() => {
    workspaceId = randomUUID();
    readers = [];
  });
  afterEach(() => {
    for (const reader of readers) reader.close();
  });

  const identity = (change: Partial<Actor> = {}): Record<string, string> => ({
    [IDENTITY_HEADER]: signer.sign({ kind: 'user', id: 'anna', workspaceId, scopes: ['runs:read'], ...change }),
  });

  async function follow(
    options: { replica?: number; query?: string; headers?: Record<string, string>; workspace?: string } = {},
  ): Promise<EventReader> {
    const { replica = 0, query = '', headers = {}, workspace = workspaceId } = options;
    const url = `${replicas[replica]?.url ?? ''}/v1/events${query}`;
    const reader = await EventReader.open(url, { ...identity({ workspaceId: workspace }), ...headers });
    readers.push(reader);
    return reader;
  }

  const progress = (percent: number, runId: string = newId()): PayloadOf<typeof runProgressed> => ({
    ...{ runId, title: 'hall', step: 'tile', percent, etaS: null, cluster: 'onprem', why: null },
  });

  /** Announced as every service does it: in a transaction, through its outbox. */
  const announce = (percent: number, runId?: string, workspace = workspaceId): Promise<string> =>
    neighbour.tx((tx) => new PostgresOutbox('dispatcher').add(tx, workspace, runProgressed, progress(percent, runId)));

  /** A stream that starts now starts when it has said so; an event of its own tells. */
  async function started(reader: EventReader): Promise<void> {
    await announce(0);
    await until('the stream runs', () => reader.events.length > 0);
    reader.events.length = 0;
  }
  const percents = (reader: EventReader): unknown[] => reader.events.map((event) => event.data['percent']);

  it('carries what is announced in it, on every replica, and nothing of another workspace', async () => {
    const stranger = randomUUID();
    const [here, there, theirs] = await Promise.all([
      follow({ query: '?since=0' }),
      follow({ replica: 1, query: '?since=0' }),
      follow({ query: '?since=0', workspace: stranger }),
    ]);
    const runId = newId();
    await announce(7, newId(), stranger);
    await announce(5, runId);
    await until('both have it', () => here.events.length === 1 && there.events.length === 1);
    expect(here.events[0]).toMatchObject({ type: 'run.progressed', data: progress(5, runId) });
    expect(there.events).toEqual(here.events);
    await until('the stranger has their own', () => theirs.events.length === 1);
    expect(percents(theirs)).toEqual([7]);
  });

  it('starts now when no id is handed back', async () => {
    const all = await follow({ query: '?since=0' });
    await announce(1);
    await until('it is in the feed', () => all.events.length === 1);
    const late = await follow({ replica: 1 });
    await until('a new one reaches it', async () => {
      await announce(2);
      return late.events.length > 0;
    });
    expect(percents(late)).not.toContain(1);
  });

  it('loses nothing for a client that breaks off before anything has come', async () => {
    const first = await follow();
    await until('it is told where it stands', () => first.lastId !== null);
    first.close();
    for (const percent of [1, 2]) await announce(percent);
    const resumed = await follow({ replica: 1, headers: { 'last-event-id': first.lastId ?? '' } });
    await until('both have come', () => resumed.events.length === 2);
    expect(new Set(percents(resumed))).toEqual(new Set([1, 2]));
  });

  it('goes on after the last id that was seen, on the other replica too: none lost, none doubled', async () => {
    const first = await follow({ query: '?since=0' });
    for (const percent of [1, 2, 3]) await announce(percent);
    await until('three have come', () => first.events.length === 3);
    first.close();
    const seen = first.events[1]?.id ?? '';
    for (const percent of [4, 5]) await announce(percent);
    const resumed = await follow({ replica: 1, headers: { 'last-event-id': seen }, query: '?since=0' });
    await until('the rest has come', () => resumed.events.length === 3);
    await announce(6);
    await until('and the next', () => resumed.events.length === 4);
    expect(new Set(percents(resumed))).toEqual(new Set([...percents(first).slice(2), 4, 5, 6]));
    expect(percents(resumed).at(-1)).toBe(6);
  });

  it('carries a message that comes twice once', async () => {
    const reader = await follow({ query: '?since=0' });
    const envelope = {
      ...{ id: newId(), origin: 'dispatcher', workspaceId, requestId: 'spec', at: new Date().toISOString() },
      payload: progress(1),
    };
    for (let i = 0; i < 3; i += 1) {
      await client.emitAll([{ receiver: 'notifications', message: runProgressed, envelope }]);
      await until('it was taken', async () => (await redis.exists(`stead:svc.notifications:${envelope.id}`)) === 0);
    }
    await announce(2);
    await until('the next has come', () => percents(reader).includes(2));
    expect(percents(reader)).toEqual([1, 2]);
  });

  it('loses nothing when Redis is emptied while many are on their way, and ids only grow', async () => {
    const reader = await follow({ query: '?since=0' });
    const other = await follow({ replica: 1, query: '?since=0' });
    const announced = Array.from({ length: 60 }, (_, i) => i);
    for (let i = 0; i < announced.length; i += 20) {
      await Promise.all(announced.slice(i, i + 20).map((percent) => announce(percent)));
      await redisServer.flush();
    }
    await until('all have come', async () => {
      await neighbour.query('UPDATE dispatcher.outbox SET next_send_at = now() WHERE done_at IS NULL AND attempts > 0', []);
      return reader.events.length >= announced.length && other.events.length >= announced.length;
    });
    expect(percents(reader).sort((a, b) => Number(a) - Number(b))).toEqual(announced);
    expect(reader.ids).toEqual([...reader.ids].sort((a, b) => a - b));
    expect(other.events).toEqual(reader.events);
  });

  it('replays a long feed whole and in the order of its numbers, whatever their length', async () => {
    // On both sides of where a number gets another digit, and enough for several batches.
    const sorted = Array.from({ length: 900 }, (_, i) => 9_999_500 + i);
    await admin.query(
      `INSERT INTO notifications.feed (id, workspace_id, type, data) OVERRIDING SYSTEM VALUE
       SELECT id, $1::uuid, 'run.changed', '{}' FROM unnest($2::bigint[]) AS id`,
      [workspaceId, sorted],
    );
    const reader = await follow({ query: '?since=0' });
    await until('all have come', () => reader.ids.includes(sorted.at(-1) ?? 0));
    expect(reader.ids).toEqual(sorted);
    const resumed = await follow({ headers: { 'last-event-id': String(sorted[100]) } });
    await until('the rest has come', () => resumed.ids.includes(sorted.at(-1) ?? 0));
    expect(resumed.ids).toEqual(sorted.slice(101));
  });

  it('names each kind of event as the contract does', async () => {
    const reader = await follow({ query: '?since=0' });
    const captureId = newId();
    await neighbour.tx((tx) =>
      new PostgresOutbox('dispatcher').add(tx, workspaceId, captureRejected, {
        ...{ captureId, revision: 2, problems: ['IMG_1.jpg is dark'] },
      }),
    );
    await until('it has come', () => reader.events.length === 1);
    expect(reader.events[0]).toMatchObject({ type: 'capture.rejected', data: { captureId } });
  });

  it('can be of one run only', async () => {
    const runId = newId();
    const reader = await follow({ query: `?since=0&run=${runId}` });
    await announce(1);
    await announce(2, runId);
    await until('the one has come', () => reader.events.length === 1);
    expect(percents(reader)).toEqual([2]);
  });

  it('is not silenced by an id from the future, such as one from before a database was restored', async () => {
    await announce(1);
    await until('it is in the feed', async () => (await feedRows()) === 1);
    const reader = await follow({ query: '?since=999999999999999999' });
    await until('a new one reaches it', async () => {
      await announce(2);
      return reader.events.length > 0;
    });
    expect(percents(reader)).not.toContain(1);
  });
  const feedRows = async (): Promise<number> =>
    (await admin.query('SELECT 1 FROM notifications.feed WHERE workspace_id = $1::uuid', [workspaceId])).length;

  it('comes from the table: an event whose signal was lost arrives with the next tick', async () => {
    const reader = await follow({ query: '?since=0' });
    await started(reader);
    await admin.query(`INSERT INTO notifications.feed (workspace_id, type, data) VALUES ($1::uuid, 'run.changed', '{}')`, [
      workspaceId,
    ]);
    await until('it arrives', () => reader.events.length === 1, 10_000);
  });

  it('goes on when Postgres drops the connection that listens', async () => {
    const reader = await follow({ query: '?since=0' });
    await started(reader);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'stead-notifications%'`,
      [],
    );
    await announce(3);
    await until('it arrives', () => percents(reader).includes(3));
  });

  it.each([
    ['nobody', () => ({}), '', 401],
    ['credentials of no workspace', () => identity({ workspaceId: null }), '', 403],
    ['credentials without the scope', () => identity({ scopes: ['captures:read'] }), '', 403],
    ['an id that is none', () => identity(), '?since=yesterday', 400],
    ['a run that is none', () => identity(), '?run=1', 400],
  ])('is a problem for %s', async (_name, headers, query, status) => {
    const response = await fetch(`${replicas[0]?.url ?? ''}/v1/events${query}`, { headers: headers() });
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json; charset=utf-8']);
  });

  it('forgets what is old: progress after two hours, the rest after three days', async () => {
    await admin.query(
      `INSERT INTO notifications.feed (workspace_id, type, data, at) VALUES
         ($1::uuid, 'run.progressed', '{"n":1}', now() - interval '3 hours'), ($1::uuid, 'run.progressed', '{"n":2}', now() - interval '1 hour'),
         ($1::uuid, 'run.changed', '{"n":3}', now() - interval '71 hours'), ($1::uuid, 'run.changed', '{"n":4}', now() - interval '73 hours')`,
      [workspaceId],
    );
    const worker = connect({ url: fresh.workerUrl('notifications'), applicationName: 'spec', poolMax: 1 });
    await new PostgresFeedStore(worker).sweep();
    await worker.close();
    const reader = await follow({ query: '?since=0' });
    await until('what is kept has come', () => reader.events.length === 2);
    expect(reader.events.map((event) => event.data['n'])).toEqual([2, 3]);
  });

  it('ends when its replica stops, at once, and is taken up on the other one', async () => {
    const third = await startReplica();
    replicas.push(third);
    const reader = await follow({ replica: replicas.length - 1, query: '?since=0' });
    await started(reader);
    await announce(1);
    await until('it has come', () => reader.events.length === 1);
    await third.lifecycle.stop();
    replicas.pop();
    await announce(2);
    const resumed = await follow({ headers: { 'last-event-id': reader.events[0]?.id ?? '' } });
    await until('the rest has come', () => resumed.events.length === 1);
    expect(percents(resumed)).toEqual([2]);
  });
});
