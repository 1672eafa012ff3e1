import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { allowBrowserOrigins, BrowserOriginRefused } from './browser-origins';
import type { ObjectStoreConfig } from './object-store-config';
import { ObjectStoreRefused } from './object-store-errors';

const ORIGIN = 'https://stead.example';
const NOT_IMPLEMENTED = [501, '<Error><Code>NotImplemented</Code><Message>no rules here</Message></Error>'] as const;

/** A store as it looks from outside: what it says to a rule, and whom it lets in at the n-th question. */
interface Behaviour {
  rule: readonly [status: number, body: string];
  allows(asked: number, origin: string): string | null;
}

describe('pages of other origins', () => {
  let server: Server;
  const rules: string[] = [];
  const questions: string[] = [];

  async function storeThat(behaviour: Behaviour): Promise<ObjectStoreConfig> {
    rules.length = 0;
    questions.length = 0;
    const answer = async (request: IncomingMessage): Promise<{ status: number; body: string; allowed: string | null }> => {
      const { method, headers, url = '' } = request;
      if (method !== 'OPTIONS') {
        rules.push(`${method} ${url} ${await text(request)}`);
        return { status: behaviour.rule[0], body: behaviour.rule[1], allowed: null };
      }
      questions.push(`${headers.origin} ${headers['access-control-request-method']} ${url}`);
      return { status: 200, body: '', allowed: behaviour.allows(questions.length, headers.origin ?? '') };
    };
    server = createServer((request, response) => {
      void answer(request).then(({ status, body, allowed }) => {
        response.writeHead(status, allowed === null ? {} : { 'access-control-allow-origin': allowed }).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
    return { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', bucket: 'stead', forcePathStyle: true, ...keys };
  }
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('may upload as soon as the store applies the rule that it was given', async () => {
    const config = await storeThat({ rule: [200, ''], allows: (asked, origin) => (asked < 3 ? null : origin) });
    await allowBrowserOrigins(config, [ORIGIN]);
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatch(/^PUT \/stead\/?\?cors=? /);
    expect(rules[0]).toContain(`<AllowedOrigin>${ORIGIN}</AllowedOrigin>`);
    expect(rules[0]).toContain('<ExposeHeader>ETag</ExposeHeader>');
    expect(questions).toEqual(Array.from({ length: 3 }, () => `${ORIGIN} PUT /stead/preflight`));
  });

  it('may upload to a store that knows no rules per bucket and allows them by itself', async () => {
    const config = await storeThat({ rule: NOT_IMPLEMENTED, allows: () => '*' });
    await allowBrowserOrigins(config, ['*']);
    expect(questions).toHaveLength(1);
  });

  it('are named when the store allows somebody else, after one question where no rule can come into force', async () => {
    const config = await storeThat({ rule: NOT_IMPLEMENTED, allows: () => 'https://other.example' });
    const refused = allowBrowserOrigins(config, [ORIGIN]);
    await expect(refused).rejects.toBeInstanceOf(BrowserOriginRefused);
    await expect(refused).rejects.toThrow(`no page of ${ORIGIN} upload (200, allowed: https://other.example)`);
    expect(questions).toHaveLength(1);
  });

  it('are not asked about when the store refuses the rule', async () => {
    const config = await storeThat({
      rule: [403, '<Error><Code>AccessDenied</Code><Message>not yours</Message></Error>'],
      allows: () => '*',
    });
    await expect(allowBrowserOrigins(config, [ORIGIN])).rejects.toBeInstanceOf(ObjectStoreRefused);
    expect(questions).toEqual([]);
  });
});
