import { z } from 'zod';
import { fieldProblems } from './field-problems';

const shape = z.strictObject({ kind: z.literal('round'), radius: z.number() });
const schema = z.strictObject({
  name: z.string(),
  colour: z.enum(['red', 'blue']),
  size: z.strictObject({ metres: z.number().positive() }),
  tags: z.array(z.string()).min(1, 'Give at least one tag'),
  shape: z.discriminatedUnion('kind', [shape]),
  password: z.string('Choose a password').optional(),
});
const right = { name: 'chair', colour: 'red', size: { metres: 1 }, tags: ['a'], shape: { kind: 'round', radius: 1 } };

function problemsOf(input: unknown): [string, string][] {
  const { error } = schema.safeParse(input);
  return error === undefined ? [] : fieldProblems(error, input).map(({ pointer, detail }) => [pointer, detail]);
}

describe('what is wrong with a body', () => {
  it.each<[string, object, [string, string][]]>([
    ['a text that is missing', { name: undefined }, [['/name', 'Is missing; expected string']]],
    ['a choice that is missing', { colour: undefined }, [['/colour', 'Is missing; expected one of "red"|"blue"']]],
    ['a part that is missing', { size: undefined }, [['/size', 'Is missing; expected object']]],
    ['a number that is missing in a part', { size: {} }, [['/size/metres', 'Is missing; expected number']]],
    ['the kind of a shape that is missing', { shape: {} }, [['/shape/kind', 'Is missing']]],
    ['a text that is something else', { name: 7 }, [['/name', 'Invalid input: expected string, received number']]],
    ['a text that is nothing', { name: null }, [['/name', 'Invalid input: expected string, received null']]],
    ['a bound that is not kept', { tags: [] }, [['/tags', 'Give at least one tag']]],
    ['a field too many', { 'a/b': 1 }, [['/a~1b', 'Unknown field; remove it']]],
  ])('names the field and the fix: %s', (_name, change, said) => {
    expect(problemsOf({ ...right, ...change })).toEqual(said);
  });

  it("says a schema's own words where it has some", () => {
    const { error } = z.strictObject({ password: z.string('Choose a password') }).safeParse({});
    expect(error === undefined ? [] : fieldProblems(error, {})).toEqual([{ pointer: '/password', detail: 'Choose a password' }]);
  });

  it('says of a body that is no object at all what was expected', () => {
    expect(problemsOf(undefined)).toEqual([['/', 'Is missing; expected object']]);
    expect(problemsOf([])).toEqual([['/', 'Invalid input: expected object, received array']]);
  });

  it('has nothing to say of a body that is right', () => expect(problemsOf(right)).toEqual([]));
});
