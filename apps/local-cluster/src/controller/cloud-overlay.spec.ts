import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { takes, podDemandOf } from '@stead/platform/capacity';
import { nodePoolSchema, workflowTemplateSchema, type NodePool } from '@stead/platform/kube';
import { parse, parseAllDocuments } from 'yaml';
import { jsonPatch } from '../api/json-patch';
import type { KubeObject } from '../objects/metadata';
import { workflowSpecSchema } from '../objects/workflow-spec';

/** What `deploy/argo/cloud` makes of the template that every cluster has. */
const FOLDER = resolve(__dirname, '../../../../deploy/argo');
const template = parse(readFileSync(`${FOLDER}/space-map-v1.yaml`, 'utf8')) as KubeObject; // parsed again below
const patched = jsonPatch(template, parse(readFileSync(`${FOLDER}/cloud/placement.yaml`, 'utf8'))) as KubeObject; // as above
const pools = parseAllDocuments(readFileSync(`${FOLDER}/cloud/nodepools.yaml`, 'utf8')).map((document): NodePool => {
  const pool = document.toJS() as object; // parsed in the same breath
  return nodePoolSchema.parse({ ...pool, metadata: { ...(pool as KubeObject).metadata, uid: 'u' } });
});
const read = workflowTemplateSchema.parse({ ...patched, metadata: { name: 'space-map-v1', uid: 'u' } });

test('the template stays one that the cluster takes', () => {
  expect(workflowSpecSchema.safeParse(patched['spec'])).toMatchObject({ success: true });
});

test('a template whose steps stand elsewhere is refused, not misread', () => {
  const shuffled = { ...template, spec: { ...(template['spec'] as { templates: object[] }), templates: [] } };
  expect(() => jsonPatch(shuffled, parse(readFileSync(`${FOLDER}/cloud/placement.yaml`, 'utf8')))).toThrow();
});

test('each step has exactly one pool, and only short ones stand on machines that may be taken back', () => {
  const placed = read.spec.templates.flatMap((step) => {
    const pod = podDemandOf(step, read);
    if (pod === null) return [];
    const taking = pools.filter(({ metadata, spec }) =>
      takes(
        {
          labels: { 'karpenter.sh/nodepool': metadata.name },
          taints: spec.template.spec.taints ?? [],
          undecided: { requirements: spec.template.spec.requirements, open: [] },
        },
        pod,
      ),
    );
    return [[step.name, taking.map(({ metadata }) => metadata.name).join()]];
  });
  const long = ['reconstruct', 'densify'];
  for (const [name = '', pool] of placed) expect([name, pool]).toEqual([name, long.includes(name) ? 'stead-gpu' : 'stead-spot']);
  expect(placed).toHaveLength(11);
});

test('the pools are bounded, let nothing else in, and give up empty machines alone', () => {
  for (const { spec } of pools) {
    expect(Object.keys(spec.limits ?? {}).length).toBeGreaterThan(0);
    expect(spec.template.spec.taints).toMatchObject([{ key: 'stead.dev/pipeline', effect: 'NoSchedule' }]);
  }
  expect(pools[0]?.spec.limits).toHaveProperty(['nvidia.com/gpu']);
  const disruption = parseAllDocuments(readFileSync(`${FOLDER}/cloud/nodepools.yaml`, 'utf8')).map((one) =>
    one.getIn(['spec', 'disruption', 'consolidationPolicy']),
  );
  expect(disruption).toEqual(['WhenEmpty', 'WhenEmpty']);
  // Pods of every step say so themselves.
  expect(patched['spec']).toMatchObject({ podMetadata: { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } });
});
