import fc from 'fast-check';
import { parseQuantity } from './quantity';

describe('quantities', () => {
  it.each([
    ['500m', 0.5],
    ['2', 2],
    [3, 3],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1k', 1000],
    ['12e3', 12_000],
    ['100n', 1e-7],
    ['.5', 0.5],
  ])('%s is %d', (text, amount) => expect(parseQuantity(text)).toBeCloseTo(amount, 10));

  it.each(['', 'x', '1KiB', '1 Gi', 'Gi', '--1', Number.NaN])('%p is none', (text) => expect(parseQuantity(text)).toBeNull());

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseQuantity(text)));
  });
});
