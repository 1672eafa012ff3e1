import fc from 'fast-check';
import { equal } from '../objects/json';
import { applyPatch, jsonPatch, mergePatch, strategicMergePatch } from './json-patch';

/** The examples of RFC 7396, appendix A. */
test.each<[unknown, unknown, unknown]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('merging %j with %j', (target, patch, want) => {
  expect(mergePatch(target, patch)).toEqual(want);
});

test.each<[string, unknown, object[], unknown]>([
  ['add', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  ['add to a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  ['append', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
  ['remove', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  ['remove from a list', { a: [1, 2] }, [{ op: 'remove', path: '/a/0' }], { a: [2] }],
  ['replace', { a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: 2 }], { a: { b: 2 } }],
  ['move', { a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
  ['copy', { a: 1 }, [{ op: 'copy', from: '/a', path: '/b' }], { a: 1, b: 1 }],
  ['test', { a: { b: [1] } }, [{ op: 'test', path: '/a', value: { b: [1] } }], { a: { b: [1] } }],
  [
    'escapes',
    { 'a/b': 1, 'c~d': 2 },
    [
      { op: 'remove', path: '/a~1b' },
      { op: 'replace', path: '/c~0d', value: 3 },
    ],
    { 'c~d': 3 },
  ],
  ['the whole', { a: 1 }, [{ op: 'replace', path: '', value: [] }], []],
])('JSON patch: %s', (_, target, operations, want) => {
  expect(jsonPatch(target, operations)).toEqual(want);
});

test.each<[object[] | object]>([
  [[{ op: 'remove', path: '/none' }]],
  [[{ op: 'replace', path: '/a/9', value: 1 }]],
  [[{ op: 'add', path: '/a/b/c', value: 1 }]],
  [[{ op: 'test', path: '/a', value: 2 }]],
  [[{ op: 'fly', path: '/a' }]],
  [[{ op: 'add', path: 'a', value: 1 }]],
  [[{ op: 'add', path: '/l/01', value: 1 }]],
  [{ op: 'add' }],
])('JSON patch: %j is refused and changes nothing', (operations) => {
  const target = { a: 1, l: [1, 2] };
  expect(() => jsonPatch(target, operations)).toThrow();
  expect(target).toEqual({ a: 1, l: [1, 2] });
});

test('applying twice is applying once, and keeps what was not named', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (target, applied) => {
      const once = applyPatch(target, applied);
      expect(equal(applyPatch(once, applied), once)).toBe(true);
      for (const key of Object.keys(target))
        if (!Object.hasOwn(applied, key)) expect(equal((once as Record<string, unknown>)[key], target[key])).toBe(true);
    }),
  );
});

test('directives of strategic patches are no fields', () => {
  expect(strategicMergePatch({ spec: { a: 1 } }, { spec: { '$setElementOrder/taints': [], b: 2 }, $retainKeys: [] })).toEqual({
    spec: { a: 1, b: 2 },
  });
});
