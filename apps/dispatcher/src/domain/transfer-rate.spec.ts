import fc from 'fast-check';
import { slowTransferMs, transferMs, withTransfer, type TransferRate } from './transfer-rate';

const MIB = 1024 * 1024;

/** Copies of 100 MiB at these rates, one after the other. */
function learnt(rates: readonly number[]): TransferRate | null {
  return rates.reduce<TransferRate | null>((rate, mibPerS) => withTransfer(rate, 100 * MIB, 100 / mibPerS), null);
}

describe('how long a copy takes', () => {
  it('follows the operator until copies have shown it, and the copies from then on', () => {
    expect(transferMs(125_000_000, null, 1_000)).toBe(2_000);
    expect(transferMs(125_000_000, null, null)).toBe(11_000);
    const rate = learnt([50, 50, 50]);
    expect(transferMs(100 * MIB, rate, 1)).toBe(3_000);
  });

  it('is nothing where nothing is missing', () => {
    expect([transferMs(0, null, 1), slowTransferMs(0, learnt([1]), null)]).toEqual([0, 0]);
  });

  it('learns nothing from copies that are too small, and forgets nothing by them', () => {
    const rate = learnt([10]);
    expect(withTransfer(null, 1000, 1)).toBeNull();
    expect(withTransfer(rate, 1000, 100)).toBe(rate);
  });

  it('follows a line that has become another one within some copies', () => {
    const before = learnt(Array.from({ length: 100 }, () => 100));
    const after = Array.from({ length: 40 }, () => 10).reduce<TransferRate | null>(
      (rate, mibPerS) => withTransfer(rate, 100 * MIB, 100 / mibPerS),
      before,
    );
    expect((after?.meanBytesPerS ?? 0) / MIB).toBeLessThan(25);
  });

  it('knows the slow ones: about one copy of five takes longer', () => {
    const rates = Array.from({ length: 2_000 }, (_, index) => 10 + ((index * 0.618_033_988_7) % 1) * 90);
    const slow = (learnt(rates)?.slowBytesPerS ?? 0) / MIB;
    const slower = rates.filter((mibPerS) => mibPerS < slow).length / rates.length;
    expect(slower).toBeGreaterThan(0.1);
    expect(slower).toBeLessThan(0.3);
  });

  it('stays within what was seen, and a slow copy is never quicker than a usual one', () => {
    const seen = fc.array(fc.double({ min: 0.1, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(seen, fc.integer({ min: 1, max: 1e12 }), (rates, bytes) => {
        const rate = learnt(rates);
        const mean = (rate?.meanBytesPerS ?? 0) / MIB;
        expect(mean).toBeGreaterThanOrEqual(Math.min(...rates) * 0.999);
        expect(mean).toBeLessThanOrEqual(Math.max(...rates) * 1.001);
        expect(slowTransferMs(bytes, rate, null)).toBeGreaterThanOrEqual(transferMs(bytes, rate, null));
      }),
    );
  });
});
