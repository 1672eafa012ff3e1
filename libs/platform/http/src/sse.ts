import type { FastifyReply } from 'fastify';

const HEARTBEAT_MS = 15_000;

export interface SseStream {
  /** Ids are database sequences, so `Last-Event-ID` means the same after a restart and on another replica. */
  send(id: string, event: string, data: unknown): void;
  close(): void;
  readonly closed: boolean;
}

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
  const heartbeat = setInterval(() => response.write(': heartbeat\n\n'), HEARTBEAT_MS);
  const close = (): void => {
    if (closed) return;
    closed = true;
    clearInterval(heartbeat);
    response.end();
    onClose();
  };
  response.on('close', close);
  return {
    send: (id, event, data) => {
      if (!closed) response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    close,
    get closed() {
      return closed;
    },
  };
}
