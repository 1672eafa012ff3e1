import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request that came through, as it was asked. */
export interface SeenRequest {
  method: string;
  /** Without the bucket. */
  key: string;
  query: URLSearchParams;
  /** Of the body, towards the store and back. */
  sentBytes: number;
  receivedBytes: number;
  /** 0 until it was answered. */
  status: number;
}

/** Between the dispatcher and an object store: counts what goes through, holds requests back, and goes away when it is told. */
export class StoreProxy {
  readonly seen: SeenRequest[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly held: { matches: (request: SeenRequest) => boolean; wait: Promise<void> }[] = [];
  private isDown = false;

  private constructor(
    private readonly target: URL,
    private readonly server: Server,
  ) {}

  static async start(target: string): Promise<StoreProxy> {
    const server = createServer();
    const proxy = new StoreProxy(new URL(target), server);
    server.on('request', (request, response) => void proxy.pass(request, response));
    server.on('connection', (socket) => {
      proxy.sockets.add(socket);
      socket.on('close', () => proxy.sockets.delete(socket));
      if (proxy.isDown) socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`; // it listens on TCP
  }

  /** Requests that match wait, before the store sees them, until the answer is called. */
  hold(matches: (request: SeenRequest) => boolean): () => void {
    let release: () => void = () => undefined;
    const entry = { matches, wait: new Promise<void>((resolve) => (release = resolve)) };
    this.held.push(entry);
    return () => {
      this.held.splice(this.held.indexOf(entry), 1);
      release();
    };
  }

  /** Cuts every connection and takes no new one. */
  down(): void {
    this.isDown = true;
    for (const socket of this.sockets) socket.destroy();
  }

  up(): void {
    this.isDown = false;
  }

  /** Bodies of objects that reached the store, by key. */
  written(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const { method, key, sentBytes, status } of this.seen) {
      if (method === 'PUT' && status === 200) sums.set(key, (sums.get(key) ?? 0) + sentBytes);
    }
    return sums;
  }

  async close(): Promise<void> {
    this.down();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    const seen: SeenRequest = {
      ...{ method: request.method ?? '', key, query: url.searchParams },
      ...{ sentBytes: 0, receivedBytes: 0, status: 0 },
    };
    this.seen.push(seen);
    await this.held.find((entry) => entry.matches(seen))?.wait;
    const { hostname, port } = this.target;
    // The host stays as the client named it: its signature covers it.
    const onward = send({ hostname, port, method: request.method, path: request.url, headers: request.headers });
    onward.on('response', (answer) => {
      seen.status = answer.statusCode ?? 0;
      response.writeHead(seen.status, answer.headers);
      answer.on('data', (chunk: Buffer) => (seen.receivedBytes += chunk.length));
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.on('data', (chunk: Buffer) => (seen.sentBytes += chunk.length));
    request.pipe(onward);
  }
}
