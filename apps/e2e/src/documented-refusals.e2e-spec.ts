import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '@stead/platform/ids';
import { until } from '@stead/testing/servers';
import { PublicDoor, type Answer } from './testing/public-door';
import { ROOT, RunningPlatform } from './testing/running-platform';

interface Schema {
  type?: string;
  format?: string;
  enum?: string[];
  const?: string;
  anyOf?: Schema[];
  pattern?: string;
}

interface Operation {
  security: object[];
  'x-scope'?: string;
  parameters: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, unknown>;
}

interface Route {
  method: string;
  path: string;
  operation: Operation;
}

/** No id, no number, no word of any list, and longer than any name. */
const IMPOSSIBLE = 'x'.repeat(64);
/** No number, no moment, no word of any list, and longer than any text. */
const WRONG = 'x'.repeat(600);
const WRONG_BODY = { surprise: 1 };

/** Whatever the document of the API promises of refusals that every route has to give, asked of every route. */
describe('every route refuses as the document says', () => {
  const platform = new RunningPlatform();
  const door = new PublicDoor(platform);
  const routes = documentedRoutes();
  /** A key that may do next to nothing, and another for routes that want just that. */
  const feeble: Record<string, string> = {};

  beforeAll(async () => {
    await platform.start();
    for (const scope of ['captures:read', 'runs:read']) {
      const made = await door.call('POST', '/v1/api-keys', { name: scope, scopes: [scope] });
      feeble[scope] = String(made.body['apiKey']);
    }
  }, 120_000);
  afterAll(() => platform.remove(), 60_000);

  /** Asks every route that documents the status, and lists those that answer another one, or no problem. */
  async function unlike(status: number, ask: (route: Route) => Promise<Answer>): Promise<string[]> {
    const those = routes.filter(({ operation }) => operation.responses[status] !== undefined);
    expect(those.length).toBeGreaterThan(10);
    const others: string[] = [];
    for (const route of those) {
      const answer = await ask(route);
      const problem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
      if (answer.status !== status || !problem)
        others.push(`${route.method} ${route.path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return others;
  }

  it('asks who calls', async () => {
    const nobody = { authorization: '' };
    expect(
      await unlike(401, ({ method, path, operation }) => door.call(method, filled(path, operation), undefined, nobody)),
    ).toEqual([]);
  }, 60_000);

  it('asks for its scope', async () => {
    const ask = ({ method, path, operation }: Route): Promise<Answer> => {
      const key = feeble[operation['x-scope'] === 'runs:read' ? 'captures:read' : 'runs:read'] ?? '';
      return door.call(method, filled(path, operation), undefined, { authorization: `Bearer ${key}` });
    };
    expect(await unlike(403, (route) => (route.operation['x-scope'] === undefined ? refusedElsewhere(403) : ask(route)))).toEqual(
      [],
    );
  }, 60_000);

  it('knows nothing of an id that cannot be, whatever is asked of it', async () => {
    const ask = ({ method, path, operation }: Route): Promise<Answer> =>
      path.includes('{')
        ? door.call(method, path.replaceAll(/\{\w+\}/g, IMPOSSIBLE), takesJson(operation) ? WRONG_BODY : undefined)
        : refusedElsewhere(404);
    expect(await unlike(404, ask)).toEqual([]);
  }, 60_000);

  it('names what is wrong with a request', async () => {
    const ask = ({ method, path, operation }: Route): Promise<Answer> =>
      door.call(method, filled(path, operation) + wrongQuery(operation), takesJson(operation) ? WRONG_BODY : undefined);
    expect(await unlike(400, ask)).toEqual([]);
  }, 60_000);

  it('sends nothing again to whoever has it already', async () => {
    const cached = routes.filter(({ operation }) => operation.responses['304'] !== undefined);
    expect(cached.length).toBeGreaterThan(3);
    for (const { method, path, operation } of cached) {
      expect(takesJson(operation)).toBe(false);
      const url = path.endsWith('/usage') ? `${path}?from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z` : path;
      await until(`${path} to be as it was a moment ago`, async () => {
        const first = await door.call(method, url);
        const again = await door.call(method, url, undefined, { 'if-none-match': first.headers.get('etag') ?? '' });
        return again.status === 304 && first.headers.get('etag') === again.headers.get('etag');
      });
    }
  }, 60_000);
});

function documentedRoutes(): Route[] {
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** A path that is well formed and leads to nothing. */
function filled(path: string, { parameters }: Operation): string {
  return parameters.reduce(
    (url, { name, in: where, schema }) => (where === 'path' ? url.replace(`{${name}}`, possible(schema)) : url),
    path,
  );
}

function possible({ format, enum: words, const: word, anyOf, type, pattern }: Schema): string {
  if (anyOf?.[0] !== undefined) return possible(anyOf[0]);
  if (format === 'uuid') return newId();
  if (type === 'integer' || pattern !== undefined) return '1';
  return word ?? words?.[0] ?? 'none-such';
}

function wrongQuery({ parameters }: Operation): string {
  return `?${parameters.flatMap(({ name, in: where }) => (where === 'query' ? `${name}=${WRONG}` : [])).join('&')}`;
}

function takesJson({ requestBody }: Operation): boolean {
  return requestBody?.content['application/json'] !== undefined;
}

/** A refusal of that status which this route gives for a reason of its own; the test of that reason has it. */
function refusedElsewhere(status: number): Promise<Answer> {
  return Promise.resolve({ status, headers: new Headers({ 'content-type': 'application/problem+json' }), body: {} });
}
