import { randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { ActiveFaults } from './active-faults';
import { Connection } from './connection';
import type { Fault, FaultSpec } from './fault';
import { Link } from './link';
import { LINUX_TIMES, type RetransmissionTimes } from './loss-model';
import { seedOf } from './random';

export interface FaultProxyOptions {
  /** The server behind it: `127.0.0.1:5432`, or a URL, of which only host and port count. */
  to: string;
  /** Decides whom shares and losses meet. The same seed and the same connections in the same order give the same faults. */
  seed?: number;
  /** Of the loss model, for tests whose own timings are scaled. */
  times?: Partial<RetransmissionTimes>;
  /** Sees everything that is passed on. */
  onBytes?: (event: { connection: number; direction: 'up' | 'down'; bytes: Buffer }) => void;
}

const HOST = '127.0.0.1';
/**
 * Below the ports that systems give to outgoing connections, and below those of `freePort`: a proxy that refuses for a while
 * finds its port free again.
 */
const PORTS = { from: 10_000, to: 20_000 };
const LISTENS_MAX = 50;
const LISTEN_AGAIN_MS = 20;

/**
 * Stands between clients and a server and passes bytes on, whatever they mean: TLS, HTTP, Postgres, Redis. Faults are switched
 * on and off while connections are open; several at once add up. What each does is said in fault.ts.
 */
export class FaultProxy {
  private server: Server | null = null;
  private readonly connections = new Set<Connection>();
  private readonly faults: ActiveFaults;
  private readonly link: Link;
  private ordinal = 0;
  private ended = false;

  private constructor(
    private readonly options: FaultProxyOptions,
    private readonly target: { host: string; port: number },
    readonly port: number,
  ) {
    this.faults = new ActiveFaults(options.seed ?? 1, (fault) => this.lifted(fault));
    this.link = new Link(this.faults, { ...LINUX_TIMES, ...options.times });
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const target = targetOf(options.to);
    for (let attempt = 1; ; attempt += 1) {
      const proxy = new FaultProxy(options, target, randomInt(PORTS.from, PORTS.to));
      try {
        await proxy.listen();
        return proxy;
      } catch (error) {
        if (!isTaken(error) || attempt >= LISTENS_MAX) throw error;
      }
    }
  }

  get address(): string {
    return `${HOST}:${this.port}`;
  }

  /** How many connections are open, those that were severed on one side included. */
  get open(): number {
    return this.connections.size;
  }

  /** How many connections were accepted so far. */
  get accepted(): number {
    return this.ordinal;
  }

  /** The URL of something at the server, by way of this proxy. A `host` parameter, Postgres's way to name a socket, is left out. */
  through(url: string): string {
    const changed = new URL(url);
    changed.hostname = HOST;
    changed.port = String(this.port);
    changed.searchParams.delete('host');
    return changed.toString();
  }

  /** Switches a fault on, at once. */
  add<S extends FaultSpec>(spec: S): Fault<S> {
    const fault = this.faults.add(spec);
    if (spec.kind === 'half-open')
      for (const connection of [...this.connections]) if (fault.strikesOnce(connection)) connection.sever(fault);
    if (this.refusesAll()) this.stopListening();
    this.look();
    return fault;
  }

  /** Lifts every fault. */
  clear(): Promise<void> {
    return this.faults.clear();
  }

  async close(): Promise<void> {
    this.ended = true;
    this.stopListening();
    for (const connection of [...this.connections]) connection.end();
    await this.faults.clear();
  }

  private async lifted(fault: Fault): Promise<void> {
    for (const connection of [...this.connections]) connection.heal(fault);
    this.look();
    if (!this.ended && this.server === null && !this.refusesAll()) await this.listenAgain();
  }

  private look(): void {
    for (const connection of [...this.connections]) connection.look();
  }

  private refusesAll(): boolean {
    return this.faults
      .ofKind('refuse')
      .some(({ spec: { count, share, every } }) => count === undefined && share === undefined && every === undefined);
  }

  private accept(client: Socket): void {
    if (this.faults.ofKind('refuse').some((fault) => fault.strikesNow())) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    this.ordinal += 1;
    const ordinal = this.ordinal;
    const { seed = 1, onBytes } = this.options;
    const connection: Connection = new Connection(client, {
      ordinal,
      seed: seedOf(seed, 7),
      target: this.target,
      faults: this.faults,
      link: this.link,
      onBytes: (direction, bytes) => onBytes?.({ connection: ordinal, direction, bytes }),
      onClose: () => this.connections.delete(connection),
    });
    this.connections.add(connection);
  }

  private listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (client) => this.accept(client));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, HOST, () => {
        this.server = server;
        resolve();
      });
    });
  }

  private async listenAgain(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.listen();
      } catch (error) {
        if (!isTaken(error) || attempt >= LISTENS_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, LISTEN_AGAIN_MS));
      }
    }
  }

  private stopListening(): void {
    this.server?.close();
    this.server = null;
  }
}

function targetOf(to: string): { host: string; port: number } {
  const url = new URL(to.includes('://') ? to : `tcp://${to}`);
  const wellKnown: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'postgres:': 5_432, 'redis:': 6_379 };
  const port = url.port === '' ? wellKnown[url.protocol] : Number(url.port);
  if (port === undefined) throw new Error(`no port in ${to}`);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
