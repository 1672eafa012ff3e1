import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterClient } from './cluster-client';
import { type KubeError, isSilence } from './kube-error';
import { buildWorkflow } from './workflow-builder';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
const MANIFEST = buildWorkflow({
  ...{ name: 'w', namespace: 'ns', labels: {}, template: 't', entrypoint: 'e', parameters: {}, ttlS: 60 },
});
const CREATED = { metadata: { name: 'w', uid: 'u-1', resourceVersion: '1' }, spec: {} };

/** An API server that misbehaves in exactly one way. */
describe('a call to a cluster', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stead-kube-'));
  const kubeconfig = join(folder, 'kubeconfig');
  let server: Server;
  let handler: Handler = () => undefined;
  let requests: { method: string; url: string; authorization: string }[] = [];

  const configure = (url: string, token: string): void => {
    const cluster = { name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } };
    const users = [{ name: 'u', user: { token } }];
    const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
    writeFileSync(
      kubeconfig,
      JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [cluster], users, contexts, 'current-context': 'x' }),
    );
  };
  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = (callTimeoutMs = 300): ClusterClient =>
    new ClusterClient({ name: 'test', kubeconfig, namespace: 'ns', callTimeoutMs });
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Handler => {
    return (_request, response) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', authorization: request.headers.authorization ?? '' });
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    configure(address(), 'first-token');
  });
  beforeEach(() => {
    requests = [];
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const status = (reason: string) => ({ kind: 'Status', status: 'Failure', reason, message: `because of ${reason}` });
  const OTHER_UID = { causes: [{ reason: 'FieldValueInvalid', message: 'field is immutable', field: 'metadata.uid' }] };
  const cut: Handler = (request) => request.socket.destroy();
  const never: Handler = () => undefined;
  const half: Handler = (_request, response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"metadata":');
    setTimeout(() => response.destroy(), 20);
  };
  const cases: [what: string, handler: Handler, onWrite: KubeError['kind'], onRead: KubeError['kind']][] = [
    ['is cut before its answer', cut, 'ambiguous', 'unavailable'],
    ['is never answered', never, 'ambiguous', 'timeout'],
    ['gets half an answer', half, 'ambiguous', 'unavailable'],
    [
      'gets an answer that is not JSON',
      (_request, response) => response.writeHead(201).end('<html>'),
      'ambiguous',
      'unavailable',
    ],
    ['meets a server that fails', answer(500, status('InternalError')), 'ambiguous', 'unavailable'],
    ['meets a gateway that lost its server', answer(504, 'timeout'), 'ambiguous', 'unavailable'],
    ['meets a name that is taken', answer(409, status('AlreadyExists')), 'conflict-exists', 'conflict-exists'],
    ['meets a quota race', answer(409, status('Conflict')), 'conflict', 'conflict'],
    ['comes without credentials', answer(401, status('Unauthorized')), 'unauthorized', 'unauthorized'],
    ['is not allowed', answer(403, status('Forbidden')), 'forbidden', 'forbidden'],
    ['is not valid', answer(422, status('Invalid')), 'invalid', 'invalid'],
    ['names another uid in a patch', answer(422, { ...status('Invalid'), details: OTHER_UID }), 'conflict', 'conflict'],
    ['is one too many', answer(429, status('TooManyRequests'), { 'retry-after': '3' }), 'throttled', 'throttled'],
  ];

  it.each(cases)('that %s says so, and differently to who wrote and who read', async (_what, misbehave, onWrite, onRead) => {
    handler = misbehave;
    const kube = client();
    await expect(kube.createWorkflow(MANIFEST)).rejects.toMatchObject({ name: 'KubeError', kind: onWrite, cluster: 'test' });
    await expect(kube.getWorkflow('w')).rejects.toMatchObject({ name: 'KubeError', kind: onRead });
    kube.close();
  });

  it('is sent again by itself only when it reads: a write is never sent twice', async () => {
    const kube = client();
    handler = answer(200, CREATED);
    await kube.getWorkflow('w'); // opens the connection that is kept
    requests = [];
    let calls = 0;
    handler = (request, response, body) =>
      (calls += 1) === 1 ? cut(request, response, body) : answer(200, CREATED)(request, response, body);
    expect((await kube.getWorkflow('w'))?.metadata.uid).toBe('u-1');
    expect(requests).toHaveLength(2);
    requests = [];
    calls = 0;
    await expect(kube.createWorkflow(MANIFEST)).rejects.toMatchObject({ kind: 'ambiguous' });
    expect(requests).toHaveLength(1);
    kube.close();
  });

  it('to nobody is "unavailable", for a write as well: nothing can have been done', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await new Promise((resolve) => other.close(resolve));
    configure(`http://127.0.0.1:${port}`, 'first-token');
    const kube = client();
    const error: unknown = await kube.createWorkflow(MANIFEST).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect(isSilence(error)).toBe(true);
    kube.close();
    configure(address(), 'first-token');
  });

  it('uses the credentials of the file as it is now', async () => {
    handler = answer(200, CREATED);
    const kube = client();
    await kube.getWorkflow('w');
    configure(address(), 'second-token-that-is-longer');
    utimesSync(kubeconfig, new Date(), new Date(Date.now() + 5_000));
    await kube.getWorkflow('w');
    expect(requests.map((request) => request.authorization)).toEqual([
      'Bearer first-token',
      'Bearer second-token-that-is-longer',
    ]);
    kube.close();
  });

  it('without a kubeconfig is a mistake of the set-up and no silence of the cluster', async () => {
    const kube = new ClusterClient({ name: 'test', kubeconfig: join(folder, 'missing'), namespace: 'ns' });
    const error: unknown = await kube.readyz(100).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'misconfigured' });
    expect(isSilence(error)).toBe(false);
  });

  it('tells "not there" apart from every failure', async () => {
    handler = answer(404, { ...status('NotFound'), details: { name: 'w' } });
    const kube = client();
    expect(await kube.getWorkflow('w')).toBeNull();
    expect(await kube.patchShutdown('w', 'Terminate')).toBe(false);
    expect(await kube.deleteWorkflow('w', 'u-1')).toBe(false);
    expect(await kube.podLog('p')).toBeNull();
    kube.close();
  });

  it.each([
    ['nothing at all', answer(404, '404 page not found')],
    ['no such resource', answer(404, { ...status('NotFound'), details: {} })],
  ])('does not take a path at which there is %s for an object that is gone', async (_what, misbehave) => {
    handler = misbehave;
    const kube = client();
    await expect(kube.getWorkflow('w')).rejects.toMatchObject({ kind: 'not-found', missing: null });
    await expect(kube.patchShutdown('w', 'Terminate')).rejects.toMatchObject({ kind: 'not-found' });
    kube.close();
  });
});
