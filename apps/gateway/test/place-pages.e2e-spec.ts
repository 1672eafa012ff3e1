import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlacePage } from '@stead/contracts/viewing';
import { IdentitySigner } from '@stead/platform/auth';
import { freshRedis } from '@stead/testing/servers';
import { IDENTITY_KEY, RunningGateway } from '../src/testing/running-gateway';

const PLACE = '0190a0a0-0000-4000-8000-00000000000a';
const DOCUMENT = '<html><head><meta name="robots" content="noindex" /><title>Stead</title></head><body></body></html>';

describe('the page of a place', () => {
  const gateway = new RunningGateway();
  let folder: string;
  let base = '';
  let page: PlacePage | null = null;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stead-viewer-'));
    writeFileSync(join(folder, 'index.html'), DOCUMENT);
    writeFileSync(join(folder, 'embed.js'), 'embed()');
    gateway.viewing.handler = (request, response) => {
      const actor = new IdentitySigner(IDENTITY_KEY).verify(String(request.headers['x-stead-identity']));
      const known = actor?.kind === 'system' && request.url === `/internal/places/${PLACE}/page` && page !== null;
      response.statusCode = known ? 200 : 500;
      response.end(JSON.stringify(known ? page : {}));
    };
    const redis = await freshRedis();
    [base = ''] = await gateway.start(redis.url, { VIEWER_FOLDER: folder });
  });
  afterAll(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = async (path: string): Promise<{ ancestors: string; html: string; status: number }> => {
    const answer = await fetch(base + path);
    const policy = answer.headers.get('content-security-policy') ?? '';
    return { ancestors: /frame-ancestors ([^;]*)/.exec(policy)?.[1] ?? '', html: await answer.text(), status: answer.status };
  };

  it('is framed by the sites that its provider names, and by no other', async () => {
    page = { embedSites: ['https://museum.example'], card: null, listed: false };
    expect(await get(`/v/${PLACE}`)).toEqual({ ancestors: "'self' https://museum.example", html: DOCUMENT, status: 200 });
    page = { ...page, embedSites: null };
    expect((await get(`/v/${PLACE}?lang=ko`)).ancestors).toBe('*');
  });

  it('tells other sites its title and its picture', async () => {
    page = { embedSites: null, card: { title: 'Halls & "walls"', imagePath: `/v1/places/${PLACE}/card.jpg` }, listed: true };
    const { html } = await get(`/v/${PLACE}?from=mail`);
    expect(html).toContain('content="Halls &amp; &quot;walls&quot;"');
    expect(html).toContain(`content="${base}/v1/places/${PLACE}/card.jpg"`);
    expect(html).toContain(`content="${base}/v/${PLACE}"`);
    expect(html).not.toContain('noindex');
  });

  it.each(['/v/nonsense', `/v/${PLACE}/more`, '/v/'])('%s is nobody’s, and nobody is asked about it', async (path) => {
    const before = gateway.viewing.seen.length;
    const { ancestors, html } = await get(path);
    expect([ancestors, html, gateway.viewing.seen.length]).toEqual(["'self'", DOCUMENT, before]);
  });

  it('has beside it the one file that other sites name: it is asked for again, and any page may load it', async () => {
    const answer = await fetch(`${base}/viewer-assets/embed.js`);
    expect([answer.status, await answer.text()]).toEqual([200, 'embed()']);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('comes also while nobody can say anything of it, and is framed by nobody then', async () => {
    page = null;
    expect(await get(`/v/${PLACE}`)).toEqual({ ancestors: "'self'", html: DOCUMENT, status: 200 });
  });
});
