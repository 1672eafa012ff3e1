import type { ActiveFaults } from './active-faults';
import { connectStallMs, dataStallMs, type RetransmissionTimes } from './loss-model';
import type { Random } from './random';

const PIECES_PER_S = 50;
const PIECE_BYTES_MIN = 512;

/** What the line does to all connections: how slow it is, and what it loses. */
export class Link {
  private readonly freeAtMs = { up: 0, down: 0 };

  constructor(
    private readonly faults: ActiveFaults,
    private readonly times: RetransmissionTimes,
  ) {}

  /** When a piece that leaves now arrives. */
  schedule(direction: 'up' | 'down', bytes: number, random: Random): number {
    let atMs = performance.now();
    for (const fault of this.faults.ofKind('bandwidth')) {
      if (bytes === 0 || !fault.applies(direction) || !fault.strikesNow()) continue;
      this.freeAtMs[direction] = Math.max(atMs, this.freeAtMs[direction]) + (bytes / fault.spec.bytesPerS) * 1_000;
      atMs = this.freeAtMs[direction];
    }
    for (const fault of this.faults.ofKind('delay')) {
      if (!fault.applies(direction) || !fault.strikesNow()) continue;
      const { ms, jitterMs = 0 } = fault.spec;
      atMs += Math.max(0, ms + (random() * 2 - 1) * jitterMs);
    }
    for (const fault of this.faults.ofKind('loss')) {
      if (!fault.applies(direction) || fault.isSpent) continue;
      const stallMs = dataStallMs(fault.spec.share, bytes, this.roundTripMs(), this.times, random);
      if (stallMs > 0) fault.noteStrike();
      atMs += stallMs;
    }
    return atMs;
  }

  /** How long a new connection takes: a round trip, and what its loss costs. */
  connectMs(random: Random): number {
    const stalls = this.faults.ofKind('loss').map((fault) => connectStallMs(fault.spec.share, this.times, random));
    return this.roundTripMs() + stalls.reduce((sum, ms) => sum + ms, 0);
  }

  pieceBytesMax(direction: 'up' | 'down'): number {
    const rates = this.faults.ofKind('bandwidth').filter((fault) => fault.applies(direction));
    if (rates.length === 0) return Infinity;
    const slowest = Math.min(...rates.map((fault) => fault.spec.bytesPerS));
    return Math.max(PIECE_BYTES_MIN, Math.floor(slowest / PIECES_PER_S));
  }

  private roundTripMs(): number {
    const oneWay = (direction: 'up' | 'down'): number =>
      this.faults
        .ofKind('delay')
        .filter((fault) => fault.applies(direction))
        .reduce((sum, fault) => sum + fault.spec.ms, 0);
    return oneWay('up') + oneWay('down');
  }
}
