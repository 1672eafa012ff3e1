import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RunningGateway } from '../src/testing/running-gateway';

const DOCUMENT = resolve(__dirname, '../../../docs/openapi.json');
const SAMPLE_ID = '00000000-0000-7000-8000-000000000000';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const AWAY = 'http://127.0.0.1:1';

/** What any route may answer with, which the document calls `default` where a route does not name it: given here by all of them. */
describe('every documented route says when to come again', () => {
  let gateway: RunningGateway;
  beforeEach(() => {
    gateway = new RunningGateway();
  });
  afterEach(() => gateway.stop());

  it.each([
    ['while the service behind it is away', '10000', 503, 'platform/unavailable'],
    ['to who has asked too often', '1', 429, 'platform/rate-limited'],
  ])(
    '%s',
    async (_case, rate, status, code) => {
      const [base = ''] = await gateway.start('redis://127.0.0.1:1', {
        ...{ WORKSPACES_URL: AWAY, SPACE_MAPS_URL: AWAY, STUDIO_URL: AWAY, VIEWING_URL: AWAY, NOTIFICATIONS_URL: AWAY },
        ANONYMOUS_RATE_PER_MINUTE: rate,
      });
      await fetch(`${base}/v1/presets`); // takes what there is to take
      const others: string[] = [];
      for (const { method, path } of routes()) {
        const answer = await fetch(base + path.replaceAll(/\{\w+\}/g, SAMPLE_ID), { method });
        const problem = (await answer.json()) as { code?: string };
        const says = [answer.status, problem.code, answer.headers.get('retry-after') !== null];
        if (String(says) !== String([status, code, true])) others.push(`${method} ${path}: ${String(says)}`);
      }
      expect(others).toEqual([]);
    },
    60_000,
  );
});

function routes(): { method: string; path: string }[] {
  const { paths } = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.filter((method) => operations[method] !== undefined).map((method) => ({ method: method.toUpperCase(), path })),
  );
}
