import { readFileSync, writeFileSync } from 'node:fs';
import http, { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { parse, stringify } from 'yaml';

export interface ProxiedRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  /** As JSON, when it is some. */
  body: unknown;
}

export interface ProxiedAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** One way in which a server is not what it should be. What is left out is left as it is. */
export interface Misbehaviour {
  /** Changes the request; a string drops it on the floor, an answer is given in place of the server's. */
  request?(request: ProxiedRequest): ProxiedAnswer | void;
  answer?(request: ProxiedRequest, answer: ProxiedAnswer): void;
  /** Each event of a watch; null swallows it. */
  event?(request: ProxiedRequest, event: Record<string, unknown>): Record<string, unknown> | null;
  /** Each line of a log that is followed; null swallows it. */
  logLine?(line: string): string | null;
  /** A log that is followed stays open when its container has ended. */
  followsForEver?: boolean;
}

/** Stands before a cluster and misbehaves as it is told. Speaks plain HTTP on both sides: the cluster is on this machine. */
export class ClusterProxy {
  private misbehaviours: readonly Misbehaviour[] = [];

  private constructor(
    private readonly server: Server,
    private readonly upstream: URL,
    readonly kubeconfigPath: string,
  ) {}

  /** `kubeconfig` leads to the cluster; the proxy's own is written to `path`. */
  static async start(kubeconfig: string, path: string): Promise<ClusterProxy> {
    const config = parse(readFileSync(kubeconfig, 'utf8')) as {
      clusters: { cluster: Record<string, string | boolean> }[];
    }; // the cluster wrote it
    const [entry] = config.clusters;
    if (entry === undefined) throw new Error(`${kubeconfig} names no cluster`);
    const upstream = new URL(String(entry.cluster['server']).replace(/^https:/, 'http:'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    entry.cluster = {
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      // The client library takes an address without TLS only from who says so.
      'insecure-skip-tls-verify': true,
    };
    writeFileSync(path, stringify(config), { mode: 0o600 });
    const proxy = new ClusterProxy(server, upstream, path);
    server.on('request', (request, response) => void proxy.serve(request, response).catch(() => response.destroy()));
    return proxy;
  }

  misbehave(...misbehaviours: readonly Misbehaviour[]): void {
    this.misbehaviours = misbehaviours;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    for (const { request: change } of this.misbehaviours) {
      const instead = change?.(request);
      if (instead !== undefined) return send(response, instead);
    }
    const answer = await this.forward(request, response);
    const isWatch = request.query.get('watch') === 'true';
    if ((isWatch || request.query.get('follow') === 'true') && answer.statusCode === 200) {
      await this.stream(request, answer, response, isWatch);
      return;
    }
    const text = await textOf(answer);
    const whole: ProxiedAnswer = { status: answer.statusCode ?? 0, headers: wordsOf(answer.headers), body: jsonOr(text) };
    for (const { answer: change } of this.misbehaviours) change?.(request, whole);
    send(response, whole);
  }

  private forward(request: ProxiedRequest, response: ServerResponse): Promise<IncomingMessage> {
    const url = new URL(request.path, this.upstream);
    url.search = request.query.toString();
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const { 'content-length': _length, host: _host, connection: _connection, ...headers } = request.headers;
    return new Promise((resolve, reject) => {
      const outgoing = http.request(url, {
        method: request.method,
        headers: { ...headers, ...(body && { 'content-length': body.length }) },
      });
      outgoing.on('response', resolve).on('error', reject);
      response.on('close', () => outgoing.destroy());
      outgoing.end(body);
    });
  }

  private async stream(request: ProxiedRequest, answer: IncomingMessage, response: ServerResponse, isWatch: boolean) {
    response.writeHead(200, wordsOf(answer.headers)).flushHeaders();
    answer.on('error', () => response.destroy());
    for await (const line of createInterface(answer)) {
      const changed = isWatch ? this.changedEvent(request, line) : this.changedLine(line);
      if (changed !== null) response.write(`${changed}\n`);
    }
    if (isWatch || !this.misbehaviours.some(({ followsForEver }) => followsForEver)) response.end();
  }

  private changedEvent(request: ProxiedRequest, line: string): string | null {
    let event: Record<string, unknown> | null = JSON.parse(line) as Record<string, unknown>; // an event of a watch
    for (const misbehaviour of this.misbehaviours)
      event = event === null ? null : (misbehaviour.event?.(request, event) ?? (misbehaviour.event ? null : event));
    return event === null ? null : JSON.stringify(event);
  }

  private changedLine(line: string): string | null {
    return this.misbehaviours.reduce<string | null>(
      (text, { logLine }) => (text === null || logLine === undefined ? text : logLine(text)),
      line,
    );
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ProxiedRequest> {
  const url = new URL(incoming.url ?? '/', 'http://proxy');
  const text = await textOf(incoming);
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: wordsOf(incoming.headers),
    body: text === '' ? undefined : jsonOr(text),
  };
}

function send(response: ServerResponse, { status, headers, body }: ProxiedAnswer): void {
  const text = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const { 'content-length': _length, 'transfer-encoding': _encoding, connection: _connection, ...rest } = headers;
  response.writeHead(status, { ...rest, 'content-length': text.length }).end(text);
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function wordsOf(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
