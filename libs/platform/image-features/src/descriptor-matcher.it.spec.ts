/** @jest-environment ./libs/platform/onnx-graph/src/testing/onnx-environment.ts */
import { DESCRIPTOR_BYTES } from './colmap-database';
import { DescriptorMatcher } from './descriptor-matcher';

/** A generator with a seed (mulberry32), so that a failure can be seen again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Of length 512, as COLMAP stores them: few large values among many small ones. */
function descriptors(count: number, next: () => number): Uint8Array {
  const bytes = new Uint8Array(count * DESCRIPTOR_BYTES);
  for (let i = 0; i < count; i += 1) {
    const raw = Float64Array.from({ length: DESCRIPTOR_BYTES }, () => next() ** 4);
    normalised(raw, bytes, i);
  }
  return bytes;
}

/** The same features seen again with other noise, in another order. */
function seenAgain(of: Uint8Array, order: readonly number[], noise: number, next: () => number): Uint8Array {
  const bytes = new Uint8Array(order.length * DESCRIPTOR_BYTES);
  order.forEach((from, i) => {
    const raw = Float64Array.from(of.subarray(from * DESCRIPTOR_BYTES, (from + 1) * DESCRIPTOR_BYTES), (value) =>
      Math.max(0, value + noise * (next() - 0.5)),
    );
    normalised(raw, bytes, i);
  });
  return bytes;
}

function normalised(raw: Float64Array, into: Uint8Array, index: number): void {
  const length = Math.hypot(...raw) || 1;
  raw.forEach((value, d) => (into[index * DESCRIPTOR_BYTES + d] = Math.min(255, Math.round((512 * value) / length))));
}

/** The rules once more, pair by pair and in double precision. */
function byHand(a: Uint8Array, b: Uint8Array): string[] {
  const [n, m] = [a.length / DESCRIPTOR_BYTES, b.length / DESCRIPTOR_BYTES];
  const angle = (i: number, j: number): number => {
    let sum = 0;
    for (let d = 0; d < DESCRIPTOR_BYTES; d += 1) sum += (a[i * DESCRIPTOR_BYTES + d] ?? 0) * (b[j * DESCRIPTOR_BYTES + d] ?? 0);
    return Math.acos(Math.min(1, sum / 512 / 512));
  };
  const table = Array.from({ length: n }, (_, i) => Float64Array.from({ length: m }, (_, j) => angle(i, j)));
  const choose = (angles: Float64Array): number => {
    let [best, second, at] = [Math.PI / 2, Math.PI / 2, -1];
    angles.forEach((value, j) => {
      if (value < best) [best, second, at] = [value, best, j];
      else if (value < second) second = value;
    });
    return best <= 0.7 && best < 0.8 * second ? at : -1;
  };
  const rows = table.map(choose);
  const columns = Array.from({ length: m }, (_, j) => choose(Float64Array.from(table, (row) => row[j] ?? 0)));
  return rows.flatMap((j, i) => (j >= 0 && columns[j] === i ? [`${i} ${j}`] : []));
}

function pairsOf(matches: Uint32Array): string[] {
  return Array.from({ length: matches.length / 2 }, (_, i) => `${matches[2 * i]} ${matches[2 * i + 1]}`);
}

describe('descriptors of two images', () => {
  let matcher: DescriptorMatcher;
  beforeAll(async () => {
    matcher = await DescriptorMatcher.load();
  });
  afterAll(() => matcher.close());

  it.each([1, 2, 3])('are matched as the rules say, pair by pair (seed %d)', async (seed) => {
    const next = random(seed);
    const a = descriptors(300, next);
    const order = Array.from({ length: 300 }, (_, i) => (i * 7 + seed) % 300).filter((i) => i % 3 > 0);
    const b = Uint8Array.from([...seenAgain(a, order, 60 * seed, next), ...descriptors(80, next)]);
    const wanted = byHand(a, b);
    expect(wanted.length).toBeGreaterThan(20);
    expect(pairsOf(await matcher.match(a, b))).toEqual(wanted);
  });

  it('are found again in images so large that they are compared in strips', async () => {
    const next = random(4);
    const a = descriptors(5000, next);
    const order = Array.from({ length: 2500 }, (_, i) => (i * 3 + 1) % 5000);
    const found = pairsOf(await matcher.match(a, seenAgain(a, order, 10, next)));
    expect(new Set(found)).toEqual(new Set(order.map((from, i) => `${from} ${i}`)));
  });

  it('are not matched where a pattern repeats, since either could be meant', async () => {
    const a = descriptors(50, random(5));
    const twice = Uint8Array.from([...a, ...a.subarray(0, 10 * DESCRIPTOR_BYTES)]);
    const found = pairsOf(await matcher.match(a, twice));
    expect(found).toEqual(Array.from({ length: 40 }, (_, i) => `${i + 10} ${i + 10}`));
  });

  it('are no matches where an image has none', async () => {
    const some = descriptors(5, random(6));
    const none = new Uint8Array(0);
    for (const [a, b] of [
      [none, some],
      [some, none],
      [none, none],
    ] as const)
      expect(await matcher.match(a, b)).toHaveLength(0);
  });
});
