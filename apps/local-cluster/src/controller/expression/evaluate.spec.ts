import fc from 'fast-check';
import { evaluate, evaluateBoolean } from './evaluate';
import { ExpressionError } from './tokens';

const scope = {
  lastRetry: { exitCode: '137', status: 'Error', duration: '12', message: "imminent node shutdown, pod deleted: it's gone" },
  retries: '2',
  list: [1, 'two', true],
};

test.each<[string, unknown]>([
  ['asInt(lastRetry.exitCode) == 30 || asInt(lastRetry.exitCode) >= 128', true],
  ['lastRetry.status == "Error" and asInt(lastRetry.exitCode) not in [1, 2]', true],
  ["lastRetry.message matches 'imminent node shutdown|evicted'", true],
  ['lastRetry["status"] == \'Failed\'', false],
  ['not (lastRetry.status == "Failed") && !false', true],
  ["lastRetry.message contains 'it\\'s' && lastRetry.message startsWith 'imminent' && lastRetry.message endsWith 'gone'", true],
  ['1 + 2 * 3 - 4 / 2', 5],
  ['(1 + 2) * -3', -9],
  ['7 % 4 == 3 ? "yes" : "no"', 'yes'],
  ['"a" + "b" == "ab"', true],
  ["'two' in list && 3 not in list", true],
  ['list[1]', 'two'],
  ['"exitCode" in lastRetry', true],
  ['len(list) == 3 && len("four") == 4', true],
  ['asFloat("1.5") > 1 and asInt("  7 ") == 7', true],
  ['lower("ABC") + upper("d") + trim(" e ")', 'abcDe'],
  ['lastRetry.absent == nil', true],
  ['"b" > "a" && "10" < "9"', true],
  ['true ? false ? 1 : 2 : 3', 2],
])('%s is %p', (text, want) => {
  expect(evaluate(text, scope)).toEqual(want);
});

test('what need not be known is not computed', () => {
  expect(evaluateBoolean('lastRetry.status == "Error" || asInt("no number") == 1', scope)).toBe(true);
  expect(evaluateBoolean('lastRetry.status != "Error" && asInt("no number") == 1', scope)).toBe(false);
  expect(evaluate('true ? 1 : asInt("x")', scope)).toBe(1);
});

test.each<[string, RegExp]>([
  ['', /ends too early/],
  ['1 +', /ends too early/],
  ['(1', /"\)" is missing/],
  ['1 2', /unexpected "2"/],
  ['a == 1', /there is no a/],
  ['toString == 1', /there is no toString/],
  ['constructor("x")', /there is no function constructor/],
  ['asInt("3.7")', /"3.7" is no whole number/],
  ['asInt(lastRetry.message)', /is no whole number/],
  ['"x" && true', /"x" is not true or false/],
  ["'x' matches '('", /no regular expression/],
  ['1 in 2', /"in" needs a list or an object/],
  ['asInt(1, 2)', /takes one argument/],
  ['lastRetry . ', /a name must follow/],
  ['#', /unexpected "#" at 1/],
  [`${'('.repeat(200)}1${')'.repeat(200)}`, /nested too deeply/],
  [`${'!'.repeat(200)}true`, /nested too deeply/],
])('%s is refused with the reason', (text, reason) => {
  expect(() => evaluate(text, scope)).toThrow(reason);
});

test('an expression that is no condition is refused where one is needed', () => {
  expect(() => evaluateBoolean('1 + 1', scope)).toThrow('"1 + 1" is not true or false but 2');
});

test('any text is a value or an ExpressionError, and never reaches what is outside of its scope', () => {
  const piece = fc.constantFrom(
    'lastRetry',
    '.exitCode',
    'asInt(',
    ')',
    '(',
    '==',
    '"x"',
    '1',
    '&&',
    'not',
    ' in ',
    '[',
    ']',
    ',',
    '?',
    ':',
    '__proto__',
    '.constructor',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        expect(typeof evaluate(pieces.join(''), scope)).not.toBe('function');
      } catch (error) {
        expect(error).toBeInstanceOf(ExpressionError);
      }
    }),
    { numRuns: 500 },
  );
});

test('arithmetic agrees with JavaScript', () => {
  const expression: fc.Arbitrary<string> = fc.letrec<{ e: string }>((tie) => ({
    e: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: 0, max: 50 }).map(String),
      fc.tuple(tie('e'), fc.constantFrom('+', '-', '*'), tie('e')).map(([a, sign, b]) => `(${a} ${sign} ${b})`),
    ),
  })).e;
  fc.assert(
    fc.property(expression, (text) => {
      // The text consists of numbers, parentheses and signs alone.
      expect(evaluate(text, {})).toBe(new Function(`return ${text}`)());
    }),
  );
});
