import { createHash, randomBytes } from 'node:crypto';
import { Agent, createServer as createHttpServer, request, type Server as HttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { until } from '@stead/testing/servers';
import { FaultProxy } from './fault-proxy';

/** What one end of a connection has seen. */
class End {
  received = Buffer.alloc(0);
  readonly events: string[] = [];

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => (this.received = Buffer.concat([this.received, bytes])));
    socket.on('end', () => this.events.push('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.events.push(error.code ?? error.message));
  }

  get text(): string {
    return this.received.toString();
  }
}

describe('a proxy that makes connections fail', () => {
  let server: Server;
  let accepted: End[];
  let proxy: FaultProxy;
  const clients: Socket[] = [];

  beforeEach(async () => {
    accepted = [];
    server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new End(socket)));
    await listening(server);
    proxy = await FaultProxy.start({ to: addressOf(server) });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    for (const { socket } of accepted) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A client, and what the server made of it. */
  async function pair(): Promise<{ client: End; remote: End }> {
    const before = accepted.length;
    const client = await dial();
    const remote = await until('the server has it', () => accepted[before]);
    return { client, remote };
  }

  async function dial(): Promise<End> {
    const socket = connect({ host: '127.0.0.1', port: proxy.port, allowHalfOpen: true });
    clients.push(socket);
    const end = new End(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return end;
  }

  const answered = async ({ client, remote }: { client: End; remote: End }, word: string): Promise<void> => {
    client.socket.write(word);
    await until(`${word} is there`, () => remote.text.endsWith(word));
    remote.socket.write(word.toUpperCase());
    await until(`${word} is answered`, () => client.text.endsWith(word.toUpperCase()));
  };

  describe('without a fault', () => {
    it('passes bytes on as they are, in both directions, and the end of each', async () => {
      const { client, remote } = await pair();
      const bytes = randomBytes(5_000_000);
      client.socket.end(bytes);
      await until('all is there', () => remote.events.includes('end'));
      expect(sha256(remote.received)).toBe(sha256(bytes));
      remote.socket.end('thanks');
      await until('the answer ends', () => client.events.includes('end'));
      expect(client.text).toBe('thanks');
      await until('nothing is open', () => proxy.open === 0);
    });

    it('passes on that one side broke the connection', async () => {
      const { client, remote } = await pair();
      client.socket.resetAndDestroy();
      await until('the server hears of it', () => remote.events.includes('ECONNRESET'));
    });

    it('knows nothing of what the bytes mean: TLS ends at the server', async () => {
      const key = randomBytes(32);
      const secure = tls.createServer(
        { ciphers: 'PSK', maxVersion: 'TLSv1.2', pskCallback: () => key, pskIdentityHint: '' },
        (socket) => echoed(socket),
      );
      await listening(secure);
      const before = await FaultProxy.start({ to: addressOf(secure) });
      const client = tls.connect({
        host: '127.0.0.1',
        port: before.port,
        ciphers: 'PSK',
        maxVersion: 'TLSv1.2',
        pskCallback: () => ({ psk: key, identity: 'client' }),
        checkServerIdentity: () => undefined,
      });
      client.write('hello');
      expect(await new Promise((resolve) => client.once('data', (bytes) => resolve(bytes.toString())))).toBe('hello');
      client.destroy();
      await before.close();
      secure.close();
    });

    it('rewrites the URL of what it stands in front of', () => {
      const url = 'postgres://me:secret@10.0.0.1:5432/stead?host=%2Ftmp%2Fsocket&sslmode=disable';
      expect(proxy.through(url)).toBe(`postgres://me:secret@127.0.0.1:${proxy.port}/stead?sslmode=disable`);
    });
  });

  describe('drop', () => {
    it('swallows what open connections send, ends included, and brings all of it once it is lifted', async () => {
      const old = await pair();
      await answered(old, 'before');
      const fault = proxy.add({ kind: 'drop' });
      old.client.socket.write('lost?');
      old.remote.socket.write('lost too?');
      const late = await dial(); // accepted, as no SYN can be lost from here
      late.socket.end('hello?');
      old.remote.socket.end();
      await quiet();
      expect(old.remote.text).toBe('before');
      expect(old.client.text).toBe('BEFORE');
      expect([old.client.events, old.remote.events, late.events]).toEqual([[], [], []]);
      expect(accepted).toHaveLength(1);
      await fault.lift();
      await until('the client hears the rest', () => old.client.events.includes('end'));
      expect(old.client.text).toBe('BEFORElost too?');
      await until('the server hears the rest', () => old.remote.text === 'beforelost?');
      const newcomer = await until('the new connection is there', () => accepted[1]);
      await until('with its words', () => newcomer.text === 'hello?' && newcomer.events.includes('end'));
    });

    it('can be one direction alone, and so many connections', async () => {
      const [first, second] = [await pair(), await pair()];
      const fault = proxy.add({ kind: 'drop', direction: 'down', count: 1 });
      first.client.socket.write('up');
      await until('the request arrives', () => first.remote.text === 'up');
      first.remote.socket.write('down');
      await answered(second, 'other');
      expect(first.client.text).toBe('');
      expect(fault.struck).toBe(1);
    });

    it('ends by itself after its time', async () => {
      const fault = proxy.add({ kind: 'drop', durationMs: 60 });
      const { client, remote } = await pair(); // only there when the connection got through
      await answered({ client, remote }, 'late');
      expect(fault.struck).toBe(1);
    });
  });

  describe('refuse', () => {
    it('is a port where nobody listens; what is open goes on, and the port is the same afterwards', async () => {
      const old = await pair();
      const fault = proxy.add({ kind: 'refuse' });
      await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await answered(old, 'still');
      await fault.lift();
      await answered(await pair(), 'again');
    });

    it('resets so many new connections when it is limited', async () => {
      const fault = proxy.add({ kind: 'refuse', count: 2 });
      for (let i = 0; i < 2; i += 1) {
        // The reset may be faster than the news of the connection.
        const events = await dial().then(
          ({ events: seen }) => seen,
          (error: NodeJS.ErrnoException) => [error.code],
        );
        await until('it is reset', () => events.includes('ECONNRESET'));
      }
      await answered(await pair(), 'third');
      expect(fault.struck).toBe(2);
    });
  });

  it('hang: the server gets the request, the client no answer, until it is lifted', async () => {
    const { client, remote } = await pair();
    const fault = proxy.add({ kind: 'hang' });
    client.socket.write('question');
    await until('the question arrives', () => remote.text === 'question');
    remote.socket.write('answer');
    await quiet();
    expect([client.text, client.events]).toEqual(['', []]);
    await fault.lift();
    await until('the answer arrives', () => client.text === 'answer');
  });

  it('half-open: the client is cut off, and the server does not know before the fault is lifted', async () => {
    const [old, spared] = [await pair(), await pair()];
    const fault = proxy.add({ kind: 'half-open', count: 1 });
    await until('the client is cut off', () => old.client.events.includes('ECONNRESET'));
    old.remote.socket.write('are you there?');
    await answered(spared, 'spared');
    await answered(await pair(), 'new');
    expect([old.remote.events, old.remote.socket.destroyed]).toEqual([[], false]);
    await fault.lift();
    await until('the server knows', () => old.remote.events.includes('ECONNRESET'));
  });

  it('delay: a round trip takes twice as long, a new connection one more, and nothing is overtaken', async () => {
    const { client, remote } = await pair();
    proxy.add({ kind: 'delay', ms: 80, jitterMs: 40 });
    const startedMs = performance.now();
    const words = Array.from({ length: 40 }, (_, i) => `${i};`);
    for (const word of words) client.socket.write(word);
    await until('all words are there', () => remote.text.length === words.join('').length);
    expect(remote.text).toBe(words.join(''));
    remote.socket.write('done');
    await until('the answer is there', () => client.text === 'done');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(2 * 40);
    const dialledMs = performance.now();
    await pair();
    expect(performance.now() - dialledMs).toBeGreaterThanOrEqual(160);
  });

  it('bandwidth: all connections of a direction share the rate', async () => {
    const [one, other] = [await pair(), await pair()];
    proxy.add({ kind: 'bandwidth', bytesPerS: 100_000, direction: 'up' });
    const startedMs = performance.now();
    one.client.socket.write(Buffer.alloc(20_000));
    other.client.socket.write(Buffer.alloc(20_000));
    await until('both have arrived', () => one.remote.received.length + other.remote.received.length === 40_000);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(390);
    const answeredMs = performance.now();
    one.remote.socket.write(Buffer.alloc(1_000_000));
    await until('the other direction is free', () => one.client.received.length === 1_000_000);
    expect(performance.now() - answeredMs).toBeLessThan(5_000); // 10 s at the rate of the other direction
  });

  it('loss: everything arrives, some of it late, and the same connections suffer with the same seed', async () => {
    const stalls = async (seed: number): Promise<number> => {
      const lossy = await FaultProxy.start({ to: addressOf(server), seed, times: { timeoutMs: 5, synTimeoutMs: 5 } });
      const fault = lossy.add({ kind: 'loss', share: 0.3, direction: 'up' });
      for (let i = 0; i < 12; i += 1) {
        const before = accepted.length;
        const socket = connect({ host: '127.0.0.1', port: lossy.port });
        socket.on('error', () => undefined); // the proxy is closed before the last connection is
        socket.end(`message ${i}`);
        clients.push(socket);
        const remote = await until('the connection is there', () => accepted[before]);
        await until('the message is there', () => remote.text === `message ${i}` && remote.events.includes('end'));
        remote.socket.end();
      }
      await lossy.close();
      return fault.struck;
    };
    const first = await stalls(42);
    expect(first).toBeGreaterThan(2);
    expect(first).toBeLessThan(20);
    expect(await stalls(42)).toBe(first);
  });

  it('several at once add up', async () => {
    const { client, remote } = await pair();
    proxy.add({ kind: 'delay', ms: 100, direction: 'up' });
    proxy.add({ kind: 'bandwidth', bytesPerS: 50_000, direction: 'up' });
    const hang = proxy.add({ kind: 'hang' });
    const startedMs = performance.now();
    client.socket.write(Buffer.alloc(10_000));
    await until('the request is there', () => remote.received.length === 10_000);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(290);
    remote.socket.write('answer');
    await quiet();
    expect(client.text).toBe('');
    await hang.lift();
    await until('the answer is there', () => client.text === 'answer');
    await proxy.clear();
    await answered({ client, remote }, 'free');
  });
});

describe('a connection that is reset after the request was sent', () => {
  let server: HttpServer;
  let proxy: FaultProxy;
  const handled: string[] = [];

  beforeAll(async () => {
    server = createHttpServer((incoming, response) => {
      incoming.resume();
      incoming.once('end', () => {
        handled.push(`${incoming.method} ${incoming.url}`);
        response.end('done');
      });
    });
    await listening(server);
    proxy = await FaultProxy.start({ to: addressOf(server) });
  });
  beforeEach(() => void handled.splice(0));
  afterEach(() => proxy.clear());
  afterAll(async () => {
    await proxy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (method: string, path: string, body = ''): Promise<string> =>
    new Promise((resolve) => {
      const call = request({ host: '127.0.0.1', port: proxy.port, method, path, agent }, (response) => {
        response.resume();
        response.once('end', () => resolve(String(response.statusCode)));
      });
      call.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      call.end(body);
    });

  it('has done its work: the server handled it, the client got no byte of the answer', async () => {
    proxy.add({ kind: 'reset-after-send', every: 3 });
    const answers: string[] = [];
    for (let i = 0; i < 6; i += 1) answers.push(await ask('POST', `/${i}`, 'x'));
    expect(answers).toEqual(['200', '200', 'ECONNRESET', '200', '200', 'ECONNRESET']);
    expect(handled).toEqual(Array.from({ length: 6 }, (_, i) => `POST /${i}`));
  });

  it('can be one whose request is long, or looks so', async () => {
    const long = proxy.add({ kind: 'reset-after-send', requestBytesMin: 2_000 });
    expect(await ask('GET', '/short')).toBe('200');
    expect(await ask('POST', '/long', 'x'.repeat(2_000))).toBe('ECONNRESET');
    await long.lift();
    proxy.add({ kind: 'reset-after-send', request: /^POST \/runs/, count: 1 });
    expect(await ask('GET', '/runs')).toBe('200');
    expect(await ask('POST', '/runs')).toBe('ECONNRESET');
    expect(await ask('POST', '/runs')).toBe('200');
  });
});

function listening(server: { listen(port: number, host: string, then: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function addressOf(server: { address(): AddressInfo | string | null }): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
}

function echoed(socket: Socket): void {
  socket.on('error', () => undefined); // the proxy before it is closed first
  socket.pipe(socket);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** As long as a round trip on this machine takes under its present load: another connection's, to a server of its own. */
async function quiet(): Promise<void> {
  const echo = createServer((socket) => echoed(socket));
  await listening(echo);
  const other = await FaultProxy.start({ to: addressOf(echo) });
  for (let i = 0; i < 5; i += 1) {
    const socket = connect(other.port, '127.0.0.1');
    socket.write('x');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
  }
  await other.close();
  await new Promise((resolve) => echo.close(resolve));
}
