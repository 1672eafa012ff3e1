import type { Socket } from 'node:net';

/** What waits to be passed on: bytes, or how the sender ended. */
type Item = { atMs: number } & ({ kind: 'bytes'; bytes: Buffer } | { kind: 'end' } | { kind: 'reset' });

export interface PipeRules {
  /** When a piece that has arrived now may be passed on; pieces of a size of the link's choosing. */
  schedule(bytes: number): number;
  /** How large a piece may be at most. */
  pieceBytesMax(): number;
  /** Nothing is passed on while this holds, not even an end. */
  isStalled(): boolean;
  /** Called before bytes are taken in; false swallows them. */
  admits(bytes: Buffer): boolean;
  onPassed(bytes: Buffer): void;
}

/** Beyond this the sender is not read from any more: its own kernel fills up, as with a slow line. */
const QUEUE_BYTES_MAX = 256 * 1024;

/** One direction of a connection: what arrives at one socket leaves at the other, in order, when the rules let it. */
export class Pipe {
  private readonly queue: Item[] = [];
  private queuedBytes = 0;
  private lastAtMs = 0;
  private timer: NodeJS.Timeout | null = null;
  private sink: Socket | null = null;
  private blocked = false;
  private closed = false;

  constructor(
    private readonly source: Socket,
    private readonly rules: PipeRules,
  ) {
    source.on('data', (bytes: Buffer) => this.take(bytes));
    source.on('end', () => this.push({ kind: 'end', atMs: this.inOrder(rules.schedule(0)) }));
    source.on('error', () => this.push({ kind: 'reset', atMs: this.inOrder(rules.schedule(0)) }));
  }

  /** From here on what has arrived goes to this socket. */
  open(sink: Socket): void {
    this.sink = sink;
    sink.on('drain', () => {
      this.blocked = false;
      this.pump();
    });
    this.pump();
  }

  /** Forgets what waits and takes nothing more in. */
  close(): void {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.queue.length = 0;
  }

  /** Passes on what is due. */
  pump(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const { sink, queue } = this;
    while (!this.closed && sink !== null && !this.blocked) {
      const [head] = queue;
      if (head === undefined || this.rules.isStalled()) break;
      const waitMs = head.atMs - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.pump(), waitMs);
        break;
      }
      queue.shift();
      this.pass(head, sink);
    }
    if (this.queuedBytes <= QUEUE_BYTES_MAX / 2) this.source.resume();
  }

  private pass(item: Item, sink: Socket): void {
    if (item.kind === 'bytes') this.queuedBytes -= item.bytes.length;
    if (sink.destroyed) return;
    switch (item.kind) {
      case 'bytes':
        this.rules.onPassed(item.bytes);
        this.blocked = !sink.write(item.bytes);
        return;
      case 'end':
        sink.end();
        return;
      case 'reset':
        sink.resetAndDestroy();
    }
  }

  private take(bytes: Buffer): void {
    if (this.closed || !this.rules.admits(bytes)) return;
    const pieceBytes = this.rules.pieceBytesMax();
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes);
      this.queuedBytes += piece.length;
      this.push({ kind: 'bytes', bytes: piece, atMs: this.inOrder(this.rules.schedule(piece.length)) });
    }
    if (this.queuedBytes > QUEUE_BYTES_MAX) this.source.pause();
  }

  private push(item: Item): void {
    if (this.closed) return;
    this.queue.push(item);
    if (this.timer === null) this.pump();
  }

  /** A byte stream: nothing overtakes what was sent before it. */
  private inOrder(atMs: number): number {
    this.lastAtMs = Math.max(this.lastAtMs, atMs);
    return this.lastAtMs;
  }
}
