import fc from 'fast-check';
import { parseByteRange } from './byte-range';

describe('parseByteRange', () => {
  it.each([
    ['bytes=0-0', 10, { start: 0, end: 0 }],
    ['bytes=3-', 10, { start: 3, end: 9 }],
    ['bytes=3-100', 10, { start: 3, end: 9 }],
    ['bytes=-3', 10, { start: 7, end: 9 }],
    ['bytes=-30', 10, { start: 0, end: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-1', 0, 'unsatisfiable'],
    ['bytes=5-3', 10, null],
    ['bytes=-', 10, null],
    ['bytes=0-1,3-4', 10, null],
    ['items=0-1', 10, null],
    ['bytes= 0-1', 10, null],
    ['bytes=0x1-2', 10, null],
    [undefined, 10, null],
  ])('reads %p of %p bytes as %p', (header, size, want) => {
    expect(parseByteRange(header, size)).toEqual(want);
  });

  it('never answers with bytes that are not there', () => {
    const property = fc.property(
      fc.nat(),
      fc.nat(),
      fc.nat({ max: 1000 }),
      fc.constantFrom('a-b', 'a-', '-b'),
      (a, b, size, form) => {
        const range = parseByteRange(`bytes=${form.replace('a', String(a)).replace('b', String(b))}`, size);
        if (range === null || range === 'unsatisfiable') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThan(size);
      },
    );
    fc.assert(property, { numRuns: 2_000 });
  });
});
