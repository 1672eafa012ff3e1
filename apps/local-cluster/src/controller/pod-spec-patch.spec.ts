import { patched } from './pod-spec-patch';

const container = {
  image: 'echo',
  resources: { requests: { cpu: 2, memory: '4Gi', 'nvidia.com/gpu': 1 }, limits: { 'nvidia.com/gpu': 1 } },
};

describe('podSpecPatch', () => {
  it.each([
    ['JSON', '{"containers":[{"name":"main","resources":{"requests":{"memory":"6Gi"}}}]}'],
    ['YAML', 'containers:\n  - name: main\n    resources:\n      requests:\n        memory: 6Gi\n'],
  ])('merges amounts one by one, as %s', (_name, patch) => {
    expect(patched(container, 'main', patch).resources).toEqual({
      requests: { cpu: 2, memory: '6Gi', 'nvidia.com/gpu': 1 },
      limits: { 'nvidia.com/gpu': 1 },
    });
  });

  it('leaves a container alone where there is none', () => {
    expect(patched(container, 'main', undefined)).toBe(container);
  });

  it.each([
    ['a field that would be ignored', '{"nodeName":"a"}', 'nodeName'],
    ['a field of a container that would be ignored', '{"containers":[{"name":"main","image":"b"}]}', 'image'],
    ['an amount that is none', '{"containers":[{"name":"main","resources":{"requests":{"memory":"lots"}}}]}', 'memory'],
    ['another container', '{"containers":[{"name":"sidecar"}]}', 'sidecar'],
    ['what is no YAML', '{"containers":[', 'YAML'],
  ])('refuses %s by name', (_name, patch, word) => {
    expect(() => patched(container, 'main', patch)).toThrow(word);
  });
});
