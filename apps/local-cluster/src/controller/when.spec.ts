import { evaluateWhen } from './when';

test.each<[string, boolean]>([
  ['true', true],
  ['false', false],
  ['Succeeded == Succeeded', true],
  ['"a b" == a b', true],
  ["'x' != 'x'", false],
  ['3 > 2 && 2 >= 2', true],
  ['1 > 2 || (a == a && !(b == c))', true],
  ['!false', true],
  ['a=b == a=b', true],
  ['photo-12 =~ ^photo', true],
  ["'a && b' == 'a && b'", true],
  [' == ', true],
])('%s is %p', (text, want) => {
  expect(evaluateWhen(text)).toBe(want);
});

test.each(['maybe', '', 'a < b', '1 <  '])('"%s" is refused', (text) => {
  expect(() => evaluateWhen(text)).toThrow();
});
