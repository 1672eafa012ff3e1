import fc from 'fast-check';
import { DEFAULT_HEALTH_POLICY as POLICY } from './health-policy';
import { afterReadyz, afterSign, assessLife, isProbeDue, listening, type Life, type Liveness } from './liveness';

const ANSWER = { kind: 'answer' } as const;
/** Answered at 0, with these intervals before. */
const answered = (intervals: readonly number[]): Liveness => afterReadyz(listening(0, intervals), ANSWER, POLICY, 0);
const lifeAt = (life: Liveness, atMs: number): Life => assessLife(life, POLICY, atMs);

describe('signs of life', () => {
  it('whatever the history, one late answer raises no doubt, six seconds do, and a silence is one after nine to 11.25', () => {
    const window = fc.array(fc.integer({ min: 1_000, max: 6_000 }), { maxLength: 100 });
    fc.assert(
      fc.property(window, (intervals) => {
        const life = answered(intervals);
        expect(lifeAt(life, 3_999)).toBe('alive');
        expect(lifeAt(life, 6_000)).toBe('doubtful');
        expect(lifeAt(life, 8_999)).toBe('doubtful');
        expect(lifeAt(life, 11_250)).toBe('silent');
      }),
    );
  });

  it('a regular history makes a doubt of four seconds and an outage of nine, an irregular one waits for longer', () => {
    const [regular, irregular] = [answered(Array(50).fill(2_000)), answered(Array(50).fill([1_000, 6_000]).flat())];
    expect([4_200, 9_000].map((atMs) => lifeAt(regular, atMs))).toEqual(['doubtful', 'silent']);
    expect([4_200, 9_000, 11_249].map((atMs) => lifeAt(irregular, atMs))).toEqual(['alive', 'doubtful', 'doubtful']);
  });

  it('that nobody asked for keep a cluster from being gone, and do not make it ready', () => {
    const life = afterSign(answered([]), 20_000);
    expect(lifeAt(life, 28_000)).toBe('doubtful');
    expect(lifeAt(life, 32_000)).toBe('silent');
  });

  it('before the first answer there is neither life nor doubt for some seconds, and then silence as for any other', () => {
    expect([0, 3_999, 5_000, 12_000].map((atMs) => lifeAt(listening(0), atMs))).toEqual([
      ...['unheard', 'unheard', 'doubtful', 'silent'],
    ]);
  });

  it('do not teach a gap that raised a doubt', () => {
    const life = afterReadyz(answered([]), ANSWER, POLICY, 2_100);
    expect(life.intervals).toEqual([2_100]);
    expect(afterReadyz(life, ANSWER, POLICY, 2_100 + 8_000).intervals).toEqual([2_100]);
  });
});

describe('the next probe', () => {
  it.each([
    ['is not due before the pace', { waitingSinceMs: null, waiting: 0, sentMs: 8_001, isGone: false }, false],
    ['is due at the pace', { waitingSinceMs: null, waiting: 0, sentMs: 8_000, isGone: false }, true],
    ['waits for none that is not late', { waitingSinceMs: 9_001, waiting: 1, sentMs: 9_001, isGone: false }, false],
    ['goes out beside one that is late', { waitingSinceMs: 9_000, waiting: 1, sentMs: 9_750, isGone: false }, true],
    ['keeps the pace at a cluster that is gone', { waitingSinceMs: 2_000, waiting: 4, sentMs: 9_000, isGone: true }, false],
    ['stays away while too many wait', { waitingSinceMs: 0, waiting: 32, sentMs: 0, isGone: false }, false],
  ])('%s', (_name, probes, want) => {
    expect(isProbeDue(probes, POLICY, 10_000)).toBe(want);
  });
});
