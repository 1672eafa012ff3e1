import { createServer, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { IDENTITY_HEADER, IdentitySigner, systemActor } from '@stead/platform/auth';
import { withContext } from '@stead/platform/logging';
import { InternalClient } from './internal-client';

const signer = new IdentitySigner('an-identity-key-of-more-than-32-characters');
const answerSchema = z.object({ size: z.number() });

let server: Server;
let client: InternalClient;
let answer: (response: ServerResponse) => void;
const heard: { headers: Record<string, unknown>; body: string }[] = [];

beforeEach(async () => {
  heard.length = 0;
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (text: Buffer) => (body += text.toString()));
    request.on('end', () => {
      heard.push({ headers: request.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  client = new InternalClient(`http://127.0.0.1:${port}`, signer);
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (): Promise<{ size: number }> =>
  client.ask(systemActor('spec'), 'POST', '/internal/things', answerSchema, { name: 'x' });
const json = (status: number, body: unknown) => (response: ServerResponse) => {
  response.statusCode = status;
  response.end(JSON.stringify(body));
};
const aProblem = { type: 't', title: 'Gone', status: 404, detail: 'No thing', instance: '/', code: 'things/gone', traceId: 'x' };

it('a question carries who asks and the request that it belongs to, and its answer is checked', async () => {
  answer = json(200, { size: 3, more: true });
  expect(await withContext({ requestId: 'request-77' }, ask)).toEqual({ size: 3 });
  expect(heard[0]?.headers['x-request-id']).toBe('request-77');
  expect(signer.verify(String(heard[0]?.headers[IDENTITY_HEADER]))).toMatchObject({ kind: 'system' });
  expect(heard[0]?.body).toBe('{"name":"x"}');
});

it("the owner's problem arrives as the failure that the owner threw", async () => {
  answer = json(404, aProblem);
  await expect(ask()).rejects.toMatchObject({ code: 'things/gone', kind: 'not-found', message: 'No thing' });
});

it.each<[string, (response: ServerResponse) => void]>([
  ['fails without a problem', json(500, { oops: true })],
  ['cuts the connection', (response) => response.destroy()],
  ['answers something that is no JSON', (response) => response.end('<html>')],
  ['answers something that is not what was agreed', json(200, { size: 'large' })],
  ['answers without end', (response) => endless(response)],
])('a neighbour that %s is one that does not answer: try again', async (_name, given) => {
  answer = given;
  await expect(ask()).rejects.toMatchObject({ code: 'platform/unavailable', kind: 'unavailable' });
});

it('a neighbour that is not there is one that does not answer', async () => {
  const nobody = new InternalClient('http://127.0.0.1:9', signer);
  await expect(nobody.ask(systemActor('spec'), 'GET', '/', answerSchema)).rejects.toMatchObject({ kind: 'unavailable' });
  await nobody.close();
});

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}
