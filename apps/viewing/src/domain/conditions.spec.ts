import fc from 'fast-check';
import { acceptsGzip, hasAlready, rangeOf } from './conditions';

describe('a Range header', () => {
  it.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-0', { kind: 'part', start: 0, end: 0 }],
    ['bytes=10-19', { kind: 'part', start: 10, end: 19 }],
    ['bytes=90-', { kind: 'part', start: 90, end: 99 }],
    ['bytes=-10', { kind: 'part', start: 90, end: 99 }],
    ['bytes=-1000', { kind: 'part', start: 0, end: 99 }],
    ['bytes=50-1000', { kind: 'part', start: 50, end: 99 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=20-10', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['items=0-1', { kind: 'whole' }],
    ['bytes=0x10-', { kind: 'whole' }],
  ])('%s of 100 bytes', (header, want) => expect(rangeOf(header, undefined, 100, '"a"')).toEqual(want));

  it('is ignored when the file is another one by now', () => {
    expect(rangeOf('bytes=0-1', '"b"', 100, '"a"')).toEqual({ kind: 'whole' });
    expect(rangeOf('bytes=0-1', '"a"', 100, '"a"')).toEqual({ kind: 'part', start: 0, end: 1 });
  });

  it('never names bytes that are not there', () => {
    const header = fc.tuple(fc.option(fc.nat(300), { nil: '' }), fc.option(fc.nat(300), { nil: '' }));
    fc.assert(
      fc.property(header, fc.nat(200), ([first, last], bytes) => {
        const verdict = rangeOf(`bytes=${first}-${last}`, undefined, bytes, '"a"');
        if (verdict.kind !== 'part') return;
        expect(verdict.start).toBeGreaterThanOrEqual(0);
        expect(verdict.end).toBeGreaterThanOrEqual(verdict.start);
        expect(verdict.end).toBeLessThan(bytes);
      }),
    );
  });
});

describe('If-None-Match', () => {
  it.each([
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['*', true],
    ['"b"', false],
    ['a', false],
  ])('%s against "a" is %s', (header, want) => expect(hasAlready(header, '"a"')).toBe(want));
});

describe('Accept-Encoding', () => {
  it.each([
    [undefined, false],
    ['gzip', true],
    ['br, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['br', false],
    ['xgzip', false],
  ])('%s: gzip is %s', (header, want) => expect(acceptsGzip(header)).toBe(want));
});
