import type { Server } from 'node:http';
import type { FastifyReply } from 'fastify';

const HEARTBEAT_MS = 15_000;
/** A client that has taken nothing for so many heartbeats is cut; it comes back with the last id that it has seen. */
const STALLED_HEARTBEATS_MAX = 4;

export interface SseStream {
  /**
   * Ids are database sequences, so `Last-Event-ID` means the same after a restart and on another replica. Resolves when there
   * is room for the next event, or nobody listens any more: a sender that waits for it heaps nothing up for a slow client.
   */
  send(id: string, event: string, data: unknown): Promise<void>;
  /** Says where the stream stands without an event: a client that breaks off before the first one comes back to there. */
  mark(id: string): void;
  close(): void;
  readonly closed: boolean;
}

const streamsOf = new WeakMap<Server, Set<() => void>>();

/** Turns a reply into a server-sent event stream (WHATWG HTML §9.2) with a heartbeat that keeps proxies from cutting it. */
export function openSse(reply: FastifyReply, onClose: () => void): SseStream {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
    'x-request-id': String(reply.getHeader('x-request-id') ?? ''),
  });
  response.write('retry: 1000\n\n');
  let closed = false;
  let stalledHeartbeats = 0;
  let room: { promise: Promise<void>; release: () => void } | null = null;
  const makeRoom = (): void => {
    stalledHeartbeats = 0;
    room?.release();
    room = null;
  };
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) {
      response.write(': heartbeat\n\n');
      return;
    }
    stalledHeartbeats += 1;
    if (stalledHeartbeats >= STALLED_HEARTBEATS_MAX) response.destroy();
  }, HEARTBEAT_MS);
  const streams = streamsOf.get(reply.server.server) ?? new Set();
  streamsOf.set(reply.server.server, streams);
  const close = (): void => {
    if (closed) return;
    closed = true;
    clearInterval(heartbeat);
    streams.delete(close);
    response.end();
    makeRoom();
    onClose();
  };
  streams.add(close);
  response.on('drain', makeRoom);
  response.on('close', close);
  return {
    send: (id, event, data) => {
      if (closed || response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) return Promise.resolve();
      room ??= newRoom();
      return room.promise;
    },
    mark: (id) => void (closed || response.write(`id: ${id}\n\n`)),
    close,
    get closed() {
      return closed;
    },
  };
}

/** Ends all streams of a server: they would keep it from closing, and their clients go to another replica. */
export function endStreams(server: Server): void {
  for (const close of [...(streamsOf.get(server) ?? [])]) close();
}

function newRoom(): { promise: Promise<void>; release: () => void } {
  let release: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (release = resolve));
  return { promise, release };
}
