import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { workflowTemplateSchema, type WorkflowTemplate } from '@stead/platform/kube';
import { runDemand, weightOf } from './run-demand';

const GPU = 'nvidia.com/gpu';

function aTemplate(templates: object[], spec: object = {}): WorkflowTemplate {
  return workflowTemplateSchema.parse({ metadata: { name: 'maps', uid: 'u' }, spec: { templates, ...spec } });
}
const pod = (name: string, gpus: number, more: object = {}): object => ({
  name,
  container: { name: 'main', resources: { requests: { cpu: '1', [GPU]: String(gpus) } } },
  ...more,
});
const gpusOf = (template: WorkflowTemplate, entrypoint = 'dag'): number[] =>
  runDemand(template, entrypoint)
    .map(({ resources }) => resources[GPU] ?? 0)
    .sort();
const dag = (tasks: object[], more: object = {}): object => ({ name: 'dag', dag: { tasks }, ...more });

describe('what a run asks for at a time', () => {
  const pods = [pod('one', 1), pod('two', 2), pod('four', 4)];

  it('is the heaviest set of tasks of which none waits for another, wherever they stand', () => {
    const tasks = [
      { name: 'a', template: 'one' },
      { name: 'b', template: 'two', dependencies: ['a'] },
      { name: 'c', template: 'one', depends: 'a.Succeeded' },
      { name: 'd', template: 'two', depends: '(b && c) || b.Failed' },
    ];
    expect(gpusOf(aTemplate([...pods, dag(tasks)]))).toEqual([1, 2]);
    expect(gpusOf(aTemplate([...pods, dag([...tasks, { name: 'e', template: 'four', dependencies: ['d'] }])]))).toEqual([4]);
  });

  it('is no more than the template lets run at once', () => {
    const tasks = ['a', 'b', 'c'].map((name) => ({ name, template: 'two' }));
    expect(gpusOf(aTemplate([...pods, dag(tasks)]))).toEqual([2, 2, 2]);
    expect(gpusOf(aTemplate([...pods, dag(tasks, { parallelism: 2 })]))).toEqual([2, 2]);
    expect(gpusOf(aTemplate([...pods, dag(tasks)], { parallelism: 1 }))).toEqual([2]);
  });

  it('follows steps and templates within templates, also such as call themselves', () => {
    const nested = {
      name: 'nested',
      steps: [
        [{ name: 'x', template: 'two' }],
        [
          { name: 'y', template: 'one' },
          { name: 'z', template: 'two' },
        ],
      ],
    };
    const tasks = [
      { name: 'a', template: 'nested' },
      { name: 'b', template: 'one' },
      { name: 'again', template: 'dag' },
    ];
    expect(gpusOf(aTemplate([...pods, nested, dag(tasks)]))).toEqual([1, 1, 2]);
  });

  it('is the heaviest pod where nobody says which tasks there are', () => {
    expect(gpusOf(aTemplate(pods), 'photos')).toEqual([4]);
    expect(runDemand(aTemplate([]), 'photos')).toEqual([]);
  });

  it('carries what chooses the nodes of each pod: its own, or the whole template’s', () => {
    const own = pod('one', 1, { nodeSelector: { gpu: 't4' }, tolerations: [{ key: 'spot', operator: 'Exists' }] });
    const spec = { nodeSelector: { gpu: 'a100' }, affinity: { nodeAffinity: {} } };
    expect(runDemand(aTemplate([own], spec), 'one')).toMatchObject([
      { nodeSelector: { gpu: 't4' }, tolerations: [{ key: 'spot' }], affinity: {} },
    ]);
    expect(runDemand(aTemplate([pod('one', 1)], spec), 'one')).toMatchObject([{ nodeSelector: { gpu: 'a100' } }]);
  });

  it('is what trying every set of tasks finds', () => {
    const size = 6;
    const graph = fc.record({
      gpus: fc.array(fc.nat(4), { minLength: size, maxLength: size }),
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 8 }),
      atOnce: fc.integer({ min: 1, max: size }),
    });
    fc.assert(
      fc.property(graph, ({ gpus, edges, atOnce }) => {
        const after = gpus.map((_, i) => edges.flatMap(([from, to]) => (to === i && from < to ? [from] : [])));
        const waits = (i: number, j: number): boolean => (after[i] ?? []).some((one) => one === j || waits(one, j));
        const sets = Array.from({ length: 2 ** size }, (_, bits) => gpus.flatMap((_g, i) => ((bits >> i) & 1 ? [i] : [])));
        const allowed = sets.filter((set) => set.length <= atOnce && set.every((i) => set.every((j) => !waits(i, j))));
        const weight = (set: readonly number[]): number => set.reduce((sum, i) => sum + 1 + 1000 * (gpus[i] ?? 0), 0);
        const tasks = gpus.map((_, i) => ({
          name: `t${i}`,
          template: `p${i}`,
          dependencies: (after[i] ?? []).map((one) => `t${one}`),
        }));
        const template = aTemplate([...gpus.map((count, i) => pod(`p${i}`, count)), dag(tasks, { parallelism: atOnce })]);
        const found = runDemand(template, 'dag').reduce((sum, { resources }) => sum + weightOf(resources), 0);
        expect(found).toBe(Math.max(...allowed.map(weight)));
      }),
    );
  });

  it('of our own pipeline is a GPU and what runs beside it for photos, and none for a point cloud or a redaction', () => {
    const file = readFileSync(resolve(__dirname, '../../../../deploy/argo/space-map-v1.yaml'), 'utf8');
    const ours = workflowTemplateSchema.parse({ ...parse(file), metadata: { name: 'space-map-v1', uid: 'u' } });
    expect(gpusOf(ours, 'photos')).toEqual([0, 1]);
    expect(gpusOf(ours, 'pointcloud')).toEqual([0]);
    expect(gpusOf(ours, 'redaction')).toEqual([0]);
  });
});
