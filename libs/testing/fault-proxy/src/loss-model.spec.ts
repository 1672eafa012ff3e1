import fc from 'fast-check';
import { LINUX_TIMES, connectStallMs, dataStallMs } from './loss-model';
import { seeded } from './random';

const mean = (count: number, draw: () => number): number =>
  Array.from({ length: count }, draw).reduce((a, b) => a + b, 0) / count;

describe('what lost segments look like from above TCP', () => {
  it('nothing, without loss', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer(), (bytes, seed) => {
        expect(dataStallMs(0, bytes, 100, LINUX_TIMES, seeded(seed))).toBe(0);
        expect(connectStallMs(0, LINUX_TIMES, seeded(seed))).toBe(0);
      }),
    );
  });

  it('a wait of whole timeouts: 200, 600, 1400 ms and so on, the later the rarer', () => {
    const random = seeded(7);
    const counts = new Map<number, number>();
    for (let i = 0; i < 20_000; i += 1) {
      const stallMs = dataStallMs(0.3, 100, 0, LINUX_TIMES, random);
      counts.set(stallMs, (counts.get(stallMs) ?? 0) + 1);
    }
    const share = (ms: number): number => (counts.get(ms) ?? 0) / 20_000;
    expect(share(0)).toBeCloseTo(0.7, 1);
    expect(share(200)).toBeCloseTo(0.3 * 0.7, 1);
    expect(share(600)).toBeCloseTo(0.3 ** 2 * 0.7, 1);
    expect([...counts.keys()].every((ms) => ms === 0 || Number.isInteger(Math.log2(ms / 200 + 1)))).toBe(true);
  });

  it('a round trip when enough was sent behind the lost segment', () => {
    const random = seeded(3);
    const long = Array.from({ length: 2_000 }, () => dataStallMs(0.01, 100 * LINUX_TIMES.segmentBytes, 40, LINUX_TIMES, random));
    const fast = long.filter((ms) => ms === 40).length / long.length;
    expect(fast).toBeGreaterThan(0.5); // 1 - 0.99^97 = 0.62, less what the tail takes
    expect(fast).toBeLessThan(0.7);
  });

  it('a second or more for a new connection, as the SYN and its answer both have to arrive', () => {
    const random = seeded(5);
    const stalls = Array.from({ length: 10_000 }, () => connectStallMs(0.3, LINUX_TIMES, random));
    expect(stalls.filter((ms) => ms > 0).length / stalls.length).toBeCloseTo(0.51, 1);
    expect(Math.min(...stalls.filter((ms) => ms > 0))).toBe(1_000);
  });

  it('grows with the share of what is lost', () => {
    const at = (share: number): number => {
      const random = seeded(11);
      return mean(5_000, () => dataStallMs(share, 100, 0, LINUX_TIMES, random));
    };
    expect(at(0.1)).toBeLessThan(at(0.2));
    expect(at(0.2)).toBeLessThan(at(0.3));
  });
});
