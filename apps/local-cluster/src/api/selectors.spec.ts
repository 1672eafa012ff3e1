import type { KubeObject } from '../objects/metadata';
import { fieldSelector, labelSelector } from './selectors';

const anObject = (labels?: Record<string, string>, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'p',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '',
    ...(labels && { labels }),
  },
  ...more,
});

test.each<[string, Record<string, string> | undefined, boolean]>([
  ['', undefined, true],
  ['a', { a: '' }, true],
  ['a', undefined, false],
  ['!a', { b: '1' }, true],
  ['!a', { a: '1' }, false],
  ['a=1', { a: '1' }, true],
  ['a==1,b!=2', { a: '1' }, true],
  ['a==1,b!=2', { a: '1', b: '2' }, false],
  ['a in (1, 2)', { a: '2' }, true],
  ['a in (1,2)', {}, false],
  ['a notin (1,2),b', { b: 'x' }, true],
  ['a notin (1,2)', { a: '1' }, false],
  ['a=', { a: '' }, true],
  [
    'workflows.argoproj.io/phase=Running, example.org/run = r-1',
    { 'workflows.argoproj.io/phase': 'Running', 'example.org/run': 'r-1' },
    true,
  ],
])('label selector "%s" over %j is %p', (text, labels, want) => {
  expect(labelSelector(text)(anObject(labels))).toBe(want);
});

test.each(['a=b=c', 'a in', 'a in (1', '=1', 'a b', 'a>1', ',a'])('label selector "%s" is refused', (text) => {
  expect(() => labelSelector(text)).toThrow('unable to parse');
});

test.each<[string, boolean]>([
  ['metadata.name=p', true],
  ['metadata.name!=p', false],
  ['spec.nodeName=x,status.phase!=Failed', true],
  ['spec.nodeName=', false],
])('field selector "%s" is %p', (text, want) => {
  expect(fieldSelector(text)(anObject({}, { spec: { nodeName: 'x' }, status: { phase: 'Running' } }))).toBe(want);
});

test('a field that cannot be selected by is an error, not an empty list', () => {
  expect(() => fieldSelector('spec.color=red')).toThrow('field label not supported: spec.color');
});
