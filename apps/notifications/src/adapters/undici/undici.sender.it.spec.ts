import type { LookupAddress } from 'node:dns';
import { createServer as createTcp } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Receiver } from '@stead/testing/servers';
import { SendingStopped } from '../../application/webhook-ports';
import { mayConnect } from '../../domain/public-address';
import { guardedConnector, type LookupAll } from './guarded-connector';
import { UndiciWebhookSender } from './undici.sender';

const TIMEOUT_MS = 400;
const never = new AbortController().signal;
const posting = (url: string) => ({ url, headers: { 'webhook-id': 'e' }, body: '{"type":"webhook.test"}' });
/** A resolver whose answers change from one question to the next, as one that rebinds does. */
function resolver(...answers: readonly string[][]): LookupAll {
  let asked = 0;
  return (_name, _options, callback) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

describe('what is posted to an address of a customer', () => {
  let receiver: Receiver;
  const open = new UndiciWebhookSender(
    guardedConnector((address) => mayConnect(address, 'private-too')),
    TIMEOUT_MS,
  );
  const guarded = (lookup?: LookupAll): UndiciWebhookSender =>
    new UndiciWebhookSender(
      guardedConnector((address) => mayConnect(address, 'public'), lookup),
      TIMEOUT_MS,
    );

  beforeAll(async () => {
    receiver = await Receiver.open();
  });
  afterAll(() => receiver.close());
  beforeEach(() => {
    receiver.received.length = 0;
  });

  it('arrives as it is, with its headers, and the answer comes back', async () => {
    receiver.answer('/well?a=1', (response) => response.writeHead(201).end('thanks'));
    expect(await open.post(posting(receiver.url('/well?a=1')), never)).toEqual({
      ...{ outcome: 'delivered', status: 201, detail: null, answer: 'thanks', ms: expect.any(Number) as number },
    });
    expect(receiver.received).toEqual([
      expect.objectContaining({
        body: '{"type":"webhook.test"}',
        headers: expect.objectContaining({ 'content-type': 'application/json', 'webhook-id': 'e' }) as object,
      }),
    ]);
  });

  describe('never reaches an inner address', () => {
    it.each(['127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '[::1]', '0.0.0.0', '[::]'])(
      'that is written %s',
      async (host) => {
        const result = await guarded().post(posting(`http://${host}:${receiver.port}/inner`), never);
        expect([result.outcome, result.status]).toEqual(['address-refused', null]);
        expect(receiver.received).toEqual([]);
      },
    );

    it.each<[string, LookupAll | undefined, string]>([
      ['by a name of the system', undefined, 'localhost'],
      ['by a name that leads there', resolver(['127.0.0.1']), 'example.com'],
      ['by a name that leads there too', resolver(['93.184.216.34', '127.0.0.1']), 'example.com'],
      ['by a name that leads to the credentials of a cloud', resolver(['169.254.169.254']), 'example.com'],
      ['by a name that leads to IPv4 in IPv6', resolver(['::ffff:127.0.0.1']), 'example.com'],
      ['by a name that leads nowhere', resolver([]), 'example.com'],
    ])('%s', async (_name, lookup, host) => {
      const result = await guarded(lookup).post(posting(`http://${host}:${receiver.port}/inner`), never);
      expect(result.outcome).toBe('address-refused');
      expect(receiver.received).toEqual([]);
    });

    it('by a name that led to an allowed one the time before: each connection asks anew', async () => {
      const lookup = resolver(['127.0.0.1'], ['169.254.169.254']);
      const sender = new UndiciWebhookSender(
        guardedConnector((address) => mayConnect(address, 'private-too'), lookup),
        TIMEOUT_MS,
      );
      const url = `http://example.com:${receiver.port}/rebound`;
      expect((await sender.post(posting(url), never)).outcome).toBe('delivered');
      expect((await sender.post(posting(url), never)).outcome).toBe('address-refused');
      expect(receiver.of('/rebound')).toHaveLength(1);
    });

    it('and says nothing of it that tells about the inside', async () => {
      const { detail } = await guarded(resolver(['10.1.2.3'])).post(posting('http://example.com/inner'), never);
      expect(detail).not.toMatch(/\d/);
    });

    it('by a redirect: none is followed', async () => {
      receiver.answer('/away', (response) => response.writeHead(302, { location: receiver.url('/inner') }).end());
      const result = await open.post(posting(receiver.url('/away')), never);
      expect([result.outcome, result.status]).toEqual(['redirect', 302]);
      expect(result.detail).toContain('not followed');
      expect(receiver.of('/inner')).toEqual([]);
    });
  });

  it.each<[string, (write: (bytes: string) => boolean) => void]>([
    ['says nothing', () => undefined],
    ['drips its headers', (write) => void drip(write, 'HTTP/1.1 200 OK\r\n', 'x: y\r\n')],
    ['drips its body', (write) => void drip(write, 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', 'x')],
  ])('is cut off when the receiver %s', async (_name, behave) => {
    const server = createTcp((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => behave((bytes) => !socket.destroyed && socket.write(bytes)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const result = await open.post(posting(`http://127.0.0.1:${port}/`), never);
    expect(result.outcome).toBe('timeout');
    expect(result.ms).toBeLessThan(TIMEOUT_MS + 2_000);
    await new Promise((resolve) => server.close(resolve)); // ends only because the connection did
  });

  it('is done with the beginning of a huge answer: the rest is not read', async () => {
    let written = 0;
    receiver.answer('/huge', (response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && written < 500_000_000) {
          written += 65_536;
          if (!response.write('x'.repeat(65_536))) return void response.once('drain', pour);
        }
      };
      pour();
    });
    const result = await open.post(posting(receiver.url('/huge')), never);
    expect([result.outcome, result.answer?.length]).toEqual(['delivered', 1024]);
    expect(written).toBeLessThan(50_000_000);
  });

  it.each<[string, string, string]>([
    ['refuses the connection', 'http://127.0.0.1:1/', 'refused'],
    ['has no such name', 'http://no-such-name.invalid/', 'name'],
  ])('comes back with words for whoever runs a receiver that %s', async (_name, url, words) => {
    const result = await open.post(posting(url), never);
    expect(result).toMatchObject({ outcome: 'connection', status: null, detail: expect.stringContaining(words) as string });
  });

  it('comes back as a failure of the connection when the answer is no HTTP, too long a header, or cut', async () => {
    for (const bytes of ['SSH-2.0-x\r\n', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, '']) {
      const server = createTcp((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(bytes));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const result = await open.post(posting(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), never);
      expect(result.outcome).toBe('connection');
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is nothing that anybody knows of when the process is told to stop', async () => {
    receiver.answer('/slow', () => undefined);
    const stop = new AbortController();
    const sent = open.post(posting(receiver.url('/slow')), stop.signal);
    stop.abort();
    await expect(sent).rejects.toBeInstanceOf(SendingStopped);
  });
});

/** One piece at a time, for as long as anybody listens. */
function drip(write: (bytes: string) => boolean, first: string, piece: string): void {
  write(first);
  const timer = setInterval(() => {
    if (!write(piece)) clearInterval(timer);
  }, 20);
  setTimeout(() => clearInterval(timer), 5_000).unref();
}
