import { parseQuantity } from './quantity';

test.each([
  ['1', 1],
  [2, 2],
  ['500m', 0.5],
  ['1.5', 1.5],
  ['2Gi', 2 * 1024 ** 3],
  ['128Mi', 128 * 1024 ** 2],
  ['1G', 1e9],
  ['1e3', 1000],
  ['.5', 0.5],
  ['3E', 3e18],
])('%p is %p', (text, want) => {
  expect(parseQuantity(text)).toBeCloseTo(want, 9);
});

test.each(['', 'Gi', '1GiB', 'two', '1 Gi', '0x10', Number.NaN])('%p is no quantity', (text) => {
  expect(parseQuantity(text)).toBeNull();
});
