import { etagOf, requireMatch } from './revision';

it.each([
  ['no header', null],
  ['any', '*'],
  ['the current tag', 'r7'],
  ['the current tag as it was given', etagOf(7)],
  ['a list that has it', '"r6", "r7"'],
])('If-Match with %s lets the change through', (_name, header) => {
  expect(() => requireMatch(header, 7)).not.toThrow();
});

it.each([
  ['an older tag', 'r6'],
  ['a weak one', 'W/"r7"'],
  ['a list without it', 'r1, r70'],
  ['nothing', ''],
  ['words', 'seven'],
])('If-Match with %s is refused, with the tag that is current', (_name, header) => {
  expect(() => requireMatch(header, 7)).toThrow(
    expect.objectContaining({
      code: 'platform/etag-mismatch',
      kind: 'precondition',
      message: expect.stringContaining('"r7"') as string,
    }),
  );
});
