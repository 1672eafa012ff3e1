import { connect, type Socket } from 'node:net';
import type { ActiveFaults } from './active-faults';
import type { Fault, SpecOf } from './fault';
import type { Link } from './link';
import { Pipe } from './pipe';
import { seedOf, seeded } from './random';

/** Of a request, so much is kept to be recognised by. */
const REQUEST_BYTES_MAX = 4_096;

export interface ConnectionParts {
  ordinal: number;
  seed: number;
  target: { host: string; port: number };
  faults: ActiveFaults;
  link: Link;
  onBytes(direction: 'up' | 'down', bytes: Buffer): void;
  onClose(): void;
}

/** A client's connection and the one that was made to the server for it. */
export class Connection {
  private readonly up: Pipe;
  private down: Pipe | null = null;
  private upstream: Socket | null = null;
  private sentSinceAnswer = Buffer.alloc(0);
  private sentBytes = 0;
  /** What cut the client off, while the server does not know. */
  private severedBy: Fault | null = null;
  private closed = false;
  private timer: NodeJS.Timeout | null = null;
  private connecting = false;
  private readonly connectAtMs: number;

  constructor(
    private readonly client: Socket,
    private readonly parts: ConnectionParts,
  ) {
    const { ordinal, seed, link } = parts;
    client.setNoDelay(true);
    const random = seeded(seedOf(seed, ordinal, 1));
    this.up = new Pipe(client, {
      schedule: (bytes) => link.schedule('up', bytes, random),
      pieceBytesMax: () => link.pieceBytesMax('up'),
      isStalled: () => this.isStalled('up'),
      admits: () => !this.severed,
      onPassed: (bytes) => this.sent(bytes),
    });
    client.on('close', () => this.settle());
    this.connectAtMs = performance.now() + link.connectMs(seeded(seedOf(seed, ordinal, 0)));
    this.look();
  }

  /** Faults have changed, or a moment has come. */
  look(): void {
    if (this.closed) return;
    if (this.upstream !== null) {
      this.up.pump();
      this.down?.pump();
      return;
    }
    // A SYN that is lost reaches nobody.
    if (this.connecting || this.isStalled('up')) return;
    const waitMs = this.connectAtMs - performance.now();
    if (waitMs <= 0) return this.connectUpstream();
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.look();
    }, waitMs);
  }

  /** The client is cut off; the server hears nothing. */
  sever(by: Fault): void {
    if (this.severed || this.closed) return;
    this.severedBy = by;
    this.client.resetAndDestroy();
  }

  /** What this fault severed is over for the server, too. */
  heal(fault: Fault): void {
    if (this.severedBy === fault) this.end();
  }

  end(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.up.close();
    this.down?.close();
    this.client.resetAndDestroy();
    this.upstream?.resetAndDestroy();
    this.parts.onClose();
  }

  private get severed(): boolean {
    return this.severedBy !== null;
  }

  private connectUpstream(): void {
    this.connecting = true;
    const { target, link, ordinal, seed } = this.parts;
    const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
    // Nobody there: a client of its own would have been refused. It has a connection already, so that it can only be reset.
    upstream.once('error', () => this.upstream === null && this.end());
    upstream.once('connect', () => {
      if (this.closed) return void upstream.destroy();
      const random = seeded(seedOf(seed, ordinal, 2));
      this.upstream = upstream;
      this.down = new Pipe(upstream, {
        schedule: (bytes) => link.schedule('down', bytes, random),
        pieceBytesMax: () => link.pieceBytesMax('down'),
        isStalled: () => this.severed || this.isStalled('down'),
        admits: () => this.answered(),
        onPassed: (bytes) => this.parts.onBytes('down', bytes),
      });
      upstream.on('close', () => this.settle());
      this.up.open(upstream);
      this.down.open(this.client);
    });
  }

  private isStalled(direction: 'up' | 'down'): boolean {
    const { faults } = this.parts;
    return [...faults.ofKind('drop'), ...faults.ofKind('hang')].some(
      (fault) => fault.applies(direction) && fault.strikesOnce(this),
    );
  }

  private sent(bytes: Buffer): void {
    this.sentBytes += bytes.length;
    if (this.sentSinceAnswer.length < REQUEST_BYTES_MAX) {
      this.sentSinceAnswer = Buffer.concat([this.sentSinceAnswer, bytes.subarray(0, REQUEST_BYTES_MAX)]);
    }
    this.parts.onBytes('up', bytes);
  }

  /** False where the answer is cut off, and the connection with it. */
  private answered(): boolean {
    if (this.severed) return false;
    const request = this.sentSinceAnswer;
    const requestBytes = this.sentBytes;
    this.sentSinceAnswer = Buffer.alloc(0);
    this.sentBytes = 0;
    if (requestBytes === 0) return true;
    const struck = this.parts.faults.ofKind('reset-after-send').some((fault) => matches(fault, request, requestBytes));
    if (struck) this.end();
    return !struck;
  }

  /** Over when both sides have ended. A severed connection stays open towards the server. */
  private settle(): void {
    if (this.severed || this.closed) return;
    if (this.client.destroyed && (this.upstream?.destroyed ?? !this.connecting)) this.end();
  }
}

function matches(fault: Fault<SpecOf<'reset-after-send'>>, request: Buffer, bytes: number): boolean {
  const { requestBytesMin = 0, request: pattern } = fault.spec;
  if (bytes < requestBytesMin || (pattern !== undefined && !pattern.test(request.toString('latin1')))) return false;
  return fault.strikesNow();
}
