import { basename, dirname, relative, sep } from 'node:path';
import fc from 'fast-check';
import { fromByteString, objectPath, readName, toByteString } from './key-paths';

const ROOT = '/store/objects';
const ANY_KEY = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).filter((key) => !/\p{Surrogate}/u.test(key)),
  fc
    .array(fc.constantFrom('a', 'A', '.', '..', '/', '//', '%', '%2f', '~', '@', '^', '\u0000', '한', '😀', ' ', '\\'), {
      minLength: 1,
      maxLength: 20,
    })
    .map((parts) => parts.join('')),
  fc.nat({ max: 1000 }).map((length) => 'L'.repeat(length + 1)),
);

describe('objectPath', () => {
  const pathOf = (key: string) => objectPath(ROOT, toByteString(key));

  it.each([
    ['workspaces/w1/plan.json', 'workspaces/w1/plan.json@'],
    ['a', 'a@'],
    ['a/b', 'a/b@'],
    ['Plan', '^plan@'],
    ['../x', '%2e./x@'],
    ['//y', '%/%/y@'],
    ['a/', 'a/@'],
    ['.', '%2e@'],
    ['한', '%ed%95%9c@'],
  ])('keeps %j at %j', (key, want) => {
    expect(relative(ROOT, pathOf(key))).toBe(want);
  });

  it('gives every key a path of its own, also where the file system ignores case', () => {
    const property = fc.property(ANY_KEY, ANY_KEY, (a, b) => {
      expect(pathOf(a).toLowerCase() === pathOf(b).toLowerCase()).toBe(a === b);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('never leaves the folder, and gives no name that a file system refuses or treats as special', () => {
    const property = fc.property(ANY_KEY, (key) => {
      const path = relative(ROOT, pathOf(key));
      for (const name of path.split(sep)) expect(name).toMatch(/^(?!\.)[a-z0-9%^_~@.-]{1,203}$/);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('takes no path for both a file and a folder', () => {
    const property = fc.property(ANY_KEY, ANY_KEY, (a, b) => {
      expect(pathOf(b).startsWith(`${pathOf(a)}/`)).toBe(false);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('can be read back, name by name', () => {
    const property = fc.property(ANY_KEY, (key) => {
      let bytes = '';
      for (let path = pathOf(key); path !== ROOT; path = dirname(path)) {
        const read = readName(basename(path));
        expect(read).not.toBeNull();
        bytes = (read?.bytes ?? '') + (read?.kind === 'folder' ? '/' : '') + bytes;
      }
      expect(fromByteString(bytes)).toBe(key);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});

describe('readName', () => {
  it.each(['.DS_Store', 'Thumbs.db', 'ümlaut', 'a b', '%zz@', 'a@@', '%', '~', '..'].filter((name) => name !== '%'))(
    'takes %j for nothing of ours',
    (name) => {
      expect(readName(name)).toBeNull();
    },
  );
});
