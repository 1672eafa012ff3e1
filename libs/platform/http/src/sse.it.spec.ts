import { connect as connectSocket, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { until } from '@stead/testing/servers';
import { endStreams, openSse, type SseStream } from './sse';

const EVENT_BYTES = 20_000;

let fastify: FastifyInstance;
let streams: SseStream[];
let ends: number;

beforeEach(async () => {
  // Only the heartbeat's timer is ours to move; sockets and waits keep their own time.
  jest.useFakeTimers({ doNotFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'] }); // prettier-ignore
  streams = [];
  ends = 0;
  fastify = Fastify();
  fastify.get('/events', (_request, reply) => {
    streams.push(openSse(reply, () => (ends += 1)));
  });
  await fastify.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(async () => {
  endStreams(fastify.server);
  await fastify.close();
  jest.useRealTimers();
});

/** A client that reads, or that has stopped reading. */
async function follow(): Promise<{ socket: Socket; text: () => string; stream: SseStream }> {
  const { port } = fastify.server.address() as { port: number };
  const socket = connectSocket(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n');
  const nth = streams.length;
  const stream = await until('the stream is open', () => streams[nth]);
  await until('its head has arrived', () => text.includes('retry: 1000'));
  return { socket, text: () => text, stream };
}

it('an event arrives with its id, its name and its data on one line', async () => {
  const { text, stream, socket } = await follow();
  await stream.send('17', 'run.changed', { note: 'two\nlines' });
  await until('it arrives', () => text().includes('id: 17\nevent: run.changed\ndata: {"note":"two\\nlines"}\n\n'));
  expect(text()).toMatch(/content-type: text\/event-stream[\s\S]*cache-control: no-store/);
  socket.destroy();
});

it('where a stream stands is told without an event', async () => {
  const { text, stream, socket } = await follow();
  stream.mark('16');
  await until('it arrives', () => text().includes('id: 16\n\n'));
  socket.destroy();
});

it('a heartbeat every fifteen seconds keeps a quiet stream open', async () => {
  const { text, socket } = await follow();
  jest.advanceTimersByTime(45_000);
  await until('three have arrived', () => text().split(': heartbeat\n\n').length === 4);
  socket.destroy();
});

it('a client that goes away ends the stream once, and its timer', async () => {
  const { socket, stream } = await follow();
  socket.destroy();
  await until('the stream has ended', () => stream.closed);
  expect(ends).toBe(1);
  stream.close();
  expect(ends).toBe(1);
  expect(jest.getTimerCount()).toBe(0);
  await stream.send('1', 'x', {}); // says nothing to nobody
});

it('a sender that waits for a slow client holds no more than one event and what the sockets take', async () => {
  const { socket, stream, text } = await follow();
  socket.pause();
  let sent = 0;
  const sending = (async () => {
    for (let i = 0; i < 2_000; i += 1) {
      await stream.send(String(i), 'x', 'y'.repeat(EVENT_BYTES));
      sent += 1;
    }
  })();
  let before = -1;
  await until('the sockets are full', () => {
    const full = sent === before && sent > 0;
    before = sent;
    return full;
  });
  expect(sent).toBeLessThan(1_999); // of 40 MB
  socket.resume();
  await sending;
  await until('all has arrived in order', () => text().includes('id: 1999\n'));
  const ids = [...text().matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
  expect(ids).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
  socket.destroy();
});

it('a client that takes nothing for a minute is cut, and its sender goes on', async () => {
  const { socket, stream } = await follow();
  socket.pause();
  const sending = (async () => {
    for (let i = 0; !stream.closed && i < 5_000; i += 1) await stream.send(String(i), 'x', 'y'.repeat(EVENT_BYTES));
  })();
  await until('a send waits', () => fastify.server.listening && jest.getTimerCount() === 1);
  await until('it is cut', () => {
    jest.advanceTimersByTime(15_000); // nothing is cut while the sockets still take something
    return stream.closed;
  });
  await sending;
  expect(ends).toBe(1);
  socket.destroy();
});

it('streams do not keep a server from closing', async () => {
  const { socket, stream } = await follow();
  const ended = new Promise((done) => socket.once('end', done));
  endStreams(fastify.server);
  await fastify.close();
  await ended;
  expect(stream.closed).toBe(true);
  socket.destroy();
});
