import { randomUUID } from 'node:crypto';
import { IDENTITY_HEADER } from '@stead/platform/auth';
import { platformError } from '@stead/platform/errors';
import { connect, type Database } from '@stead/platform/postgres';
import { freshDatabase, until, type FreshDatabase } from '@stead/testing/servers';
import type { HttpService } from './service';
import { openSse } from './sse';
import { Making, signer, startThings } from './testing/things-service';

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

/** Rows are the effect; a request may be held before and after it writes its own. */
class TableMaking extends Making {
  calls = 0;
  before: (id: string) => Promise<void> = () => Promise.resolve();
  after: (id: string) => Promise<void> = () => Promise.resolve();

  constructor(private readonly database: Database) {
    super();
  }

  async make(id: string, name: string): Promise<void> {
    this.calls += 1;
    await this.before(id);
    await this.database.query('INSERT INTO public.thing VALUES ($1::uuid, $2) ON CONFLICT DO NOTHING', [id, name]);
    await this.after(id);
  }

  async all(): Promise<string[]> {
    return (await this.database.query<{ id: string }>('SELECT id FROM public.thing ORDER BY id', [])).map((row) => row.id);
  }
}

let fresh: FreshDatabase;
let admin: Database;
let database: Database;
let making: TableMaking;
let replicas: { url: string; service: HttpService }[];
let workspaceId: string;

beforeAll(async () => {
  fresh = await freshDatabase({ contexts: ['space_maps'] });
  admin = connect({ url: fresh.adminUrl, applicationName: 'spec-admin', poolMax: 2 });
  await admin.query('CREATE TABLE public.thing (id uuid PRIMARY KEY, name text NOT NULL)', []);
  database = connect({ url: fresh.apiUrl('space_maps'), applicationName: 'spec', poolMax: 4 });
  making = new TableMaking(admin);
  replicas = await Promise.all([startThings(making, database), startThings(making, database)]);
});
afterAll(async () => {
  await Promise.all(replicas.map(({ service }) => service.app.close()));
  await Promise.all([admin.close(), database.close()]);
  await fresh.drop();
});
beforeEach(async () => {
  workspaceId = randomUUID();
  making.calls = 0;
  making.before = making.after = () => Promise.resolve();
  await admin.query('TRUNCATE public.thing', []);
});

async function call(
  method: string,
  path: string,
  options: { body?: unknown; raw?: string; headers?: Record<string, string>; replica?: number; workspace?: string } = {},
): Promise<Answer> {
  const { body, raw, headers = {}, replica = 0, workspace = workspaceId } = options;
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${replicas[replica]?.url ?? ''}${path}`, {
    method,
    headers: {
      [IDENTITY_HEADER]: signer.sign({
        kind: 'user',
        id: 'anna',
        workspaceId: workspace,
        scopes: ['things:read', 'things:write'],
      }),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  const answer = await response.text();
  const parsed = answer.startsWith('{') ? (JSON.parse(answer) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text: answer, body: parsed };
}

const post = (name: string, key: string, replica = 0, workspace = workspaceId): Promise<Answer> =>
  call('POST', '/v1/things', { body: { name }, headers: { 'idempotency-key': key }, replica, workspace });
const claimRunsOut = (): Promise<unknown> =>
  admin.query(`UPDATE space_maps.idempotency SET locked_until = now() - interval '1 second'`, []);

describe('an Idempotency-Key', () => {
  it('makes a repetition the same request: its answer is replayed by any replica and nothing is done again', async () => {
    const first = await post('chair', 'key-1');
    const again = await post('chair', 'key-1', 1);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([null, 'true']);
    expect([making.calls, await making.all()]).toEqual([1, [first.body['id']]]);
  });

  it('is refused for another body, and the first answer stays', async () => {
    const first = await post('chair', 'key-1');
    const other = await post('table', 'key-1', 1);
    expect([other.status, other.body['code']]).toEqual([422, 'platform/idempotency-key-reused']);
    expect((await post('chair', 'key-1')).body).toEqual(first.body);
    expect(making.calls).toBe(1);
  });

  it('belongs to its workspace: another one uses the same word freely', async () => {
    const [mine, theirs] = [await post('chair', 'key-1'), await post('table', 'key-1', 0, randomUUID())];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(mine.body['id']).not.toBe(theirs.body['id']);
  });

  it('answers 409 while the first request runs, on either replica', async () => {
    let open: () => void = () => undefined;
    making.before = () => new Promise((release) => (open = release));
    const first = post('chair', 'key-1');
    await until('the first has begun', () => making.calls === 1);
    for (const replica of [0, 1]) {
      const second = await post('chair', 'key-1', replica);
      expect([second.status, second.body['code']]).toEqual([409, 'platform/idempotency-in-flight']);
    }
    open();
    expect((await first).status).toBe(201);
    expect((await post('chair', 'key-1', 1)).headers.get('idempotent-replayed')).toBe('true');
    expect(making.calls).toBe(1);
  });

  it('runs the effect once when many requests arrive at both replicas together', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, i) => post('chair', `key-${i % 3}`, i % 2)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(
      new Set(answers.some((answer) => answer.status === 409) ? [201, 409] : [201]),
    );
    expect(making.calls).toBe(3);
    expect(await making.all()).toHaveLength(3);
  });

  it('is taken again after a crash between the effect and the answer, when the claim has run out, and makes no second row', async () => {
    let open: () => void = () => undefined;
    making.after = () => new Promise((release) => (open = release));
    const dead = post('chair', 'key-1'); // it never answers as far as its caller can see
    await until('the effect is there', async () => (await making.all()).length === 1);
    making.after = () => Promise.resolve();
    expect((await post('chair', 'key-1', 1)).status).toBe(409);
    await claimRunsOut();
    const resumed = await post('chair', 'key-1', 1);
    expect(resumed.status).toBe(201);
    expect(await making.all()).toEqual([resumed.body['id']]);
    open(); // it was not dead but slow: its late answer is the same one
    expect((await dead).body).toEqual(resumed.body);
    expect((await post('chair', 'key-1')).body).toEqual(resumed.body);
  });

  it('whose claim has run out is still not taken by another body', async () => {
    let open: () => void = () => undefined;
    making.before = () => new Promise((release) => (open = release));
    const slow = post('chair', 'key-1');
    await until('it has begun', () => making.calls === 1);
    await claimRunsOut();
    expect((await post('table', 'key-1', 1)).status).toBe(422);
    open();
    expect((await slow).status).toBe(201);
  });

  it.each([
    ['an expected failure', () => platformError['rate-limited']('Slowly'), 429],
    ['a bug', () => new Error('boom'), 500],
  ])('is free again after %s, so that the repetition may succeed', async (_name, failure, status) => {
    making.before = () => Promise.reject(failure());
    expect((await post('chair', 'key-1')).status).toBe(status);
    making.before = () => Promise.resolve();
    const repaired = await post('table', 'key-1', 1); // another body too: the first one left nothing
    expect([repaired.status, repaired.headers.get('idempotent-replayed')]).toEqual([201, null]);
  });

  it.each(['a b', 'x'.repeat(256), 'schlüssel'])('that is none is refused: %j', async (key) => {
    const answer = await call('POST', '/v1/things', { body: { name: 'chair' }, headers: { 'idempotency-key': key } });
    expect([answer.status, answer.body['code']]).toEqual([400, 'platform/invalid-request']);
    expect(making.calls).toBe(0);
  });
});

describe('a request that is not valid', () => {
  it('is answered with each field that is wrong and how to put it right', async () => {
    const { status, headers, body } = await call('POST', '/v1/things?x=1', {
      body: { name: '', size: { metres: -1 }, 'a/b~c': 1 },
    });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({
      type: 'https://docs.example/problems/platform/invalid-request',
      status: 400,
      code: 'platform/invalid-request',
      instance: '/v1/things',
      traceId: headers.get('x-request-id'),
    });
    const errors = body['errors'] as { pointer: string; detail: string }[];
    expect(errors.map((error) => error.pointer).sort()).toEqual(['/a~1b~0c', '/name', '/size/metres']);
    expect(errors.find((error) => error.pointer === '/a~1b~0c')?.detail).toMatch(/remove it/);
  });

  it.each([
    ['no JSON', '{"name":'],
    ['a prototype', '{"name":"x","__proto__":{"admin":true}}'],
    ['nothing', ''],
    ['nested too deeply', `{"name":"x","anything":${'['.repeat(400_000)}${']'.repeat(400_000)}}`],
    ['objects nested too deeply', `{"name":"x","anything":${'{"a":'.repeat(80)}1${'}'.repeat(80)}}`],
  ])('is refused with a problem when its body is %s', async (_name, raw) => {
    const { status, headers, body } = await call('POST', '/v1/things', { raw, headers: { 'idempotency-key': 'k' } });
    expect([status, body['code']]).toEqual([400, 'platform/malformed-body']);
    expect(headers.get('content-type')).toMatch(/problem\+json/);
    expect(making.calls).toBe(0);
  });

  it('may name a type without a body where nobody reads one', async () => {
    const path = `/v1/things/${randomUUID()}`;
    expect((await call('DELETE', path, { headers: { 'content-type': 'application/json' } })).status).toBe(204);
    expect((await call('DELETE', path, { raw: '' })).status).toBe(204);
  });

  it('is refused when the body is over a mebibyte, or not JSON at all', async () => {
    const large = await call('POST', '/v1/things', { raw: JSON.stringify({ name: 'x'.repeat(1024 * 1024) }) });
    expect([large.status, large.body['code']]).toEqual([413, 'platform/body-too-large']);
    const xml = await call('POST', '/v1/things', { raw: '<a/>', headers: { 'content-type': 'application/xml' } });
    expect([xml.status, xml.body['code']]).toEqual([400, 'platform/unsupported-media-type']);
  });

  it.each(['garbage', '%00', 'null', Buffer.from('1; DROP TABLE thing').toString('base64url'), 'é'])(
    'is refused when its cursor was not made by us: %s',
    async (cursor) => {
      const { status, body } = await call('GET', `/v1/things?cursor=${encodeURIComponent(cursor)}`);
      expect([status, body['code']]).toEqual([400, 'platform/invalid-request']);
      expect(body['errors']).toMatchObject([{ pointer: '?cursor' }]);
    },
  );

  it.each(['0', '101', '-1', 'ten', '1.5', ''])('is refused when it asks for %j things', async (limit) => {
    const { status, body } = await call('GET', `/v1/things?limit=${limit}`);
    expect([status, body['errors']]).toMatchObject([400, [{ pointer: '?limit' }]]);
  });

  it('that repeats a parameter is refused, not half understood', async () => {
    expect((await call('GET', '/v1/things?limit=1&limit=2')).status).toBe(400);
  });
});

it('pages show each thing once, also when some are made and removed between them', async () => {
  for (let i = 0; i < 7; i += 1) await post(`thing ${i}`, `key-${i}`);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const path: string = cursor === null ? '/v1/things?limit=2' : `/v1/things?limit=2&cursor=${cursor}`;
    const { items, next } = (await call('GET', path)).body as unknown as { items: string[]; next: string | null };
    seen.push(...items);
    cursor = next;
    await admin.query('DELETE FROM public.thing WHERE id = $1::uuid', [items[0]]);
    await admin.query(`INSERT INTO public.thing VALUES ('00000000-0000-4000-8000-00000000000${seen.length}', 'before')`, []);
  } while (cursor !== null);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toHaveLength(7);
});

describe('what went wrong on our side', () => {
  it('says nothing of its cause, only under which number it was recorded', async () => {
    const { status, text, body, headers } = await call('GET', `/v1/things/${randomUUID()}`);
    expect([status, body['code'], body['traceId']]).toEqual([500, 'platform/internal', headers.get('x-request-id')]);
    expect(text).not.toMatch(/hunter2|place\.ts|stack|at /);
  });

  it('an id that cannot exist is answered like one that does not', async () => {
    const [bad, missing] = [await call('GET', '/v1/things/17'), await call('GET', '/v1/nothing')];
    expect([bad.status, bad.body['code'], missing.status, missing.body['code']]).toEqual([
      404,
      'platform/route-not-found',
      404,
      'platform/route-not-found',
    ]);
  });
});

describe('identity', () => {
  it.each([
    ['nobody', () => '', 401],
    ['somebody with a forged identity', () => `${identity(['things:read'])}x`, 401],
    ['somebody without the scope', () => identity(['runs:read']), 403],
    ['somebody with the scope', () => identity(['things:read']), 200],
  ])('%s is answered as they should be', async (_name, header, status) => {
    const response = await fetch(`${replicas[0]?.url ?? ''}/v1/things`, { headers: { [IDENTITY_HEADER]: header() } });
    expect(response.status).toBe(status);
  });
  const identity = (scopes: string[]): string => signer.sign({ kind: 'user', id: 'anna', workspaceId, scopes });

  it('a request keeps the id that it came with, and gets one when that is none', async () => {
    expect((await call('GET', '/v1/things', { headers: { 'x-request-id': 'trace-12345' } })).headers.get('x-request-id')).toBe('trace-12345'); // prettier-ignore
    expect((await call('GET', '/v1/things', { headers: { 'x-request-id': 'a b"<' } })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/); // prettier-ignore
  });
});

it('a service with an open event stream closes without waiting for its client', async () => {
  const { service, url } = await startThings(making, database, (fastify) => {
    fastify.get('/events', (_request, reply) => void openSse(reply, () => undefined));
  });
  const response = await fetch(`${url}/events`);
  const body = response.text();
  await service.app.close();
  expect(await body).toContain('retry: 1000');
});
