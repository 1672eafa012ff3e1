import fc from 'fast-check';
import { fromBase32, toBase32 } from './base32';
import { idTime, newId } from './uuid7';

describe('base32 ids', () => {
  it('round-trips every UUID in 26 characters that Kubernetes accepts in a name', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const text = toBase32(id);
        expect(text).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
        expect(fromBase32(text)).toBe(id);
      }),
    );
  });

  it.each(['', 'short', 'u'.repeat(26), 'z'.repeat(26)])('refuses %p', (text) => {
    expect(() => fromBase32(text)).toThrow(RangeError);
  });

  it('keeps the order of creation', () => {
    const ids = Array.from({ length: 1000 }, newId);
    expect([...ids].sort()).toEqual(ids);
    expect(Math.abs(idTime(ids[0] ?? '') - Date.now())).toBeLessThan(10_000);
  });
});
