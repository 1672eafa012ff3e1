import fc from 'fast-check';
import { Budget, KeyTurns, Pace } from './budget';
import { CaptureUse } from './capture-use';

describe('a budget', () => {
  it('is never exceeded, and everything gets its turn in the order of asking', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 30 }), async (amounts) => {
        const budget = new Budget(10);
        let used = 0;
        const begun: number[] = [];
        await Promise.all(
          amounts.map((amount, index) =>
            budget.with(amount, async () => {
              begun.push(index);
              used += Math.min(10, amount);
              expect(used).toBeLessThanOrEqual(10);
              await new Promise((resolve) => setImmediate(resolve));
              used -= Math.min(10, amount);
            }),
          ),
        );
        expect(begun).toEqual(amounts.map((_, index) => index));
      }),
      { numRuns: 50 },
    );
  });

  it('is given back by work that fails', async () => {
    const budget = new Budget(1);
    await expect(budget.with(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await budget.with(1, () => Promise.resolve('next'))).toBe('next');
  });
});

it('a pace spreads bytes over time, however they are asked for', async () => {
  let nowMs = 0;
  const pace = new Pace(
    1000,
    () => nowMs,
    async (ms) => void (nowMs += ms),
  );
  for (let taken = 0; taken < 5000; taken += 500) {
    await pace.take(500);
    expect(taken).toBeLessThanOrEqual(nowMs + 500);
  }
  expect(nowMs).toBe(4500);
});

it('turns at one key come one after the other, those at others at once', async () => {
  const turns = new KeyTurns();
  const events: string[] = [];
  let release: () => void = () => undefined;
  const first = turns.inTurn('a', () => new Promise<void>((resolve) => (release = resolve)));
  const second = turns.inTurn('a', async () => void events.push('second'));
  await turns.inTurn('b', async () => void events.push('other'));
  expect([events, turns.isWanted('a'), turns.isWanted('b')]).toEqual([['other'], true, false]);
  release();
  await Promise.all([first, second]);
  expect([events, turns.isWanted('a')]).toEqual([['other', 'second'], false]);
});

it('copies of a capture are not removed while it is copied, nor copied while they are removed', async () => {
  const captures = new CaptureUse();
  expect([captures.beginCopy('c'), captures.beginCopy('c')]).toEqual([true, true]);
  captures.endCopy('c');
  expect(await captures.whileUnused('c', () => Promise.resolve(1))).toBeNull();
  captures.endCopy('c');
  const removed = await captures.whileUnused('c', async () => {
    expect(captures.beginCopy('c')).toBe(false);
    return 'removed';
  });
  expect([removed, captures.beginCopy('c')]).toEqual(['removed', true]);
});
