import type { Container, Pod } from '../objects/pod';
import { environmentOf, expand, type Lookup } from './environment';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const object = {
  apiVersion: 'v1',
  metadata: { name: 'x', uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '' },
};
const lookup: Lookup = {
  secret: (name) =>
    name === 'keys' ? { ...object, kind: 'Secret', data: { A: base64('secret a'), B: base64('b') } } : undefined,
  configMap: (name) => (name === 'settings' ? { ...object, kind: 'ConfigMap', data: { A: 'map a' } } : undefined),
};
const aPod = (container: Partial<Container>): [Pod, Container] => {
  const whole: Container = { name: 'main', image: 'x', ...container };
  const metadata = { ...object.metadata, name: 'pod', namespace: 'n', labels: { l: 'v' } };
  return [
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [whole], nodeName: 'node-1' }, status: { phase: 'Pending' } },
    whole,
  ];
};
const env = (container: Partial<Container>): Record<string, string> => environmentOf(...aPod(container), lookup);

test('sources come first, in order, with their prefix; variables of the container win', () => {
  expect(
    env({
      envFrom: [{ secretRef: { name: 'keys' } }, { configMapRef: { name: 'settings' }, prefix: 'M_' }],
      env: [{ name: 'B', value: 'own' }],
    }),
  ).toEqual({
    A: 'secret a',
    B: 'own',
    M_A: 'map a',
  });
});

test('values come from keys and fields', () => {
  const from = (valueFrom: object): { name: string; valueFrom: object } => ({ name: 'X', valueFrom });
  expect(env({ env: [from({ secretKeyRef: { name: 'keys', key: 'A' } })] })).toEqual({ X: 'secret a' });
  expect(env({ env: [from({ configMapKeyRef: { name: 'settings', key: 'A' } })] })).toEqual({ X: 'map a' });
  expect(env({ env: [from({ fieldRef: { fieldPath: 'spec.nodeName' } })] })).toEqual({ X: 'node-1' });
  expect(env({ env: [from({ fieldRef: { fieldPath: "metadata.labels['l']" } })] })).toEqual({ X: 'v' });
  expect(env({ env: [from({ secretKeyRef: { name: 'none', key: 'A', optional: true } })] })).toEqual({});
});

test.each<[string, Partial<Container>, string]>([
  ['a secret', { envFrom: [{ secretRef: { name: 'none' } }] }, 'secret "none" not found'],
  ['a config map', { envFrom: [{ configMapRef: { name: 'none' } }] }, 'configmap "none" not found'],
  [
    'a key',
    { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'keys', key: 'Z' } } }] },
    "couldn't find key Z in Secret keys",
  ],
  [
    'a field',
    { env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'spec.color' } } }] },
    'fieldRef spec.color is not supported',
  ],
])('%s that is not there is named', (_, container, reason) => {
  expect(() => env(container)).toThrow(reason);
});

test.each([
  ['$(A)', 'a'],
  ['$(A)-$(B)', 'a-$(B)'],
  ['$$(A)', '$(A)'],
  ['$A ${A}', '$A ${A}'],
])('%s becomes %s', (text, want) => {
  expect(expand(text, { A: 'a' })).toBe(want);
});
