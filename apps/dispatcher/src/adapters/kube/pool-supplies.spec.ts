import { PoolSupplies, type SupplyChange } from './pool-supplies';

const POLICY = { holdMs: 300_000, holdMaxMs: 3_600_000 };
const failed = (capacityType: string | null) => ({ kind: 'failed', pool: 'gpu', capacityType, detail: 'no capacity' }) as const;
const launched = (capacityType: string | null) => ({ kind: 'launched', pool: 'gpu', capacityType }) as const;

function supplies(changes: SupplyChange[] = []): PoolSupplies {
  return new PoolSupplies(POLICY, (change) => changes.push(change));
}
const states = (of: PoolSupplies, atMs: number): string[] =>
  [null, 'spot', 'on-demand'].map((type) => of.of('gpu', type, atMs).state);

describe('what pools have to give', () => {
  it('is told apart by kind of capacity where a launch was for one alone', () => {
    const some = supplies();
    some.take(failed('spot'), 0);
    expect(states(some, 1)).toEqual(['usable', 'dry', 'usable']);
    some.take(failed(null), 0);
    expect(states(some, 1)).toEqual(['dry', 'dry', 'usable']);
    // A machine that starts on demand proves the pool, and says nothing of spot machines.
    some.take(launched('on-demand'), 2);
    expect(states(some, 3)).toEqual(['usable', 'dry', 'usable']);
    expect(some.of('other', null, 3).state).toBe('usable');
  });

  it('is as bad as the worst of it, for people, and tried again in time', () => {
    const changes: SupplyChange[] = [];
    const some = supplies(changes);
    some.take(failed('spot'), 0);
    expect(some.worstOf('gpu', 1)).toMatchObject({ state: 'dry', detail: 'no capacity' });
    expect(some.worstOf('gpu-2', 1).state).toBe('usable');
    expect(some.worstOf('gpu', 300_000).state).toBe('trying');
    expect(changes).toEqual([{ supply: 'gpu/spot', from: 'usable', to: 'dry', detail: 'no capacity' }]);
  });

  it('outlives a leader, by the wall clock, and no jump of that keeps a pool closed for longer than a failure would', () => {
    const before = supplies();
    before.take(failed(null), 50_000);
    const data = before.asData(50_000, 1_000_000);
    const after = supplies();
    after.remember(data, 7, 1_100_000);
    expect(after.of('gpu', null, 7).untilMs).toBe(200_007);
    const jumped = supplies();
    jumped.remember(data, 7, 1_000_000 - 86_400_000);
    expect(jumped.of('gpu', null, 7).untilMs).toBe(300_007);
  });
});
