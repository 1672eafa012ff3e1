import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ENTRYPOINTS, EXIT, PIPELINE, type Entrypoint, type StepName } from '@stead/contracts/pipeline';
import { parse } from 'yaml';
import { workflowSpecSchema } from '../objects/workflow-spec';
import { startTestCluster, type TestCluster } from '../testing/test-cluster';
import { aWorkflow, completed, logOf, nodeNamed, podsOf, submit } from '../testing/workflows';
import { decideRetry } from './retry';

/** The WorkflowTemplate that real clusters get, read from where it is deployed from. */
const PATH = resolve(__dirname, '../../../../deploy/argo/space-map-v1.yaml');
const template = parse(readFileSync(PATH, 'utf8')) as { metadata: { name: string }; spec: unknown }; // checked below
const spec = workflowSpecSchema.parse(template.spec);
const templates = new Map((spec.templates ?? []).map((one) => [one.name, one]));
const kinds = Object.keys(ENTRYPOINTS) as Entrypoint[]; // keys of a record over Entrypoint

test('it has the name and the steps of the contract', () => {
  expect(template.metadata.name).toBe(PIPELINE);
  for (const kind of kinds) expect(templates.get(kind)?.dag?.tasks.map(({ name }) => name)).toEqual([...ENTRYPOINTS[kind]]);
});

/** What must be finished before a step may read its inputs. */
const NEEDS: Readonly<Record<Entrypoint, Partial<Record<StepName, readonly StepName[]>>>> = {
  photos: {
    anonymize: ['ingest'],
    reconstruct: ['anonymize'],
    densify: ['reconstruct'],
    georeference: ['reconstruct'],
    tile: ['densify', 'georeference'],
    plan: ['densify', 'georeference'],
    localisation: ['ingest', 'anonymize', 'reconstruct', 'georeference'],
    bundle: ['ingest', 'anonymize', 'reconstruct', 'densify', 'georeference', 'tile', 'plan', 'localisation'],
  },
  video: {
    frames: ['ingest'],
    anonymize: ['frames'],
    tile: ['densify', 'georeference'],
    localisation: ['ingest', 'frames', 'anonymize', 'reconstruct', 'georeference'],
    bundle: ['tile', 'plan', 'localisation'],
  },
  pointcloud: { tile: ['ingest'], plan: ['ingest'], bundle: ['tile', 'plan'] },
  redaction: {},
};

test.each(kinds)('%s: every step runs after all that it reads, and beside what it does not', (kind) => {
  const tasks = templates.get(kind)?.dag?.tasks ?? [];
  const before = (name: string): Set<string> =>
    new Set(
      (tasks.find((task) => task.name === name)?.dependencies ?? []).flatMap((dependency) => [dependency, ...before(dependency)]),
    );
  for (const [step, needed] of Object.entries(NEEDS[kind]))
    expect([...before(step)]).toEqual(expect.arrayContaining([...needed]));
  if (kind === 'photos' || kind === 'video') {
    expect(before('localisation')).not.toContain('densify');
    expect(before('tile')).not.toContain('plan');
  }
});

test.each<[string, number | null, boolean]>([
  ['a bug', 1, false],
  ['the capture', EXIT.user, false],
  ['its bytes', EXIT.data, false],
  ['infrastructure', EXIT.infrastructure, true],
  ['SIGKILL', 137, true],
  ['SIGTERM', 143, true],
  ['a lost node', null, true],
])('a step that failed because of %s (%p) is tried again: %p', (_, code, again) => {
  for (const [name, one] of templates) {
    if (one.container === undefined) continue;
    const phase = code === null ? ('Error' as const) : ('Failed' as const);
    const tried = { phase, message: '', exitCode: code === null ? null : String(code), startedAtMs: 0, finishedAtMs: 0 };
    const decision = decideRetry(one.retryStrategy ?? {}, [tried], 0, null);
    expect([name, decision.kind]).toEqual([name, again ? 'wait' : 'end']);
  }
});

test('every step asks for what it needs and has a deadline; only two ask for a GPU', () => {
  const steps = [...templates.values()].filter(({ container }) => container !== undefined);
  for (const { container, activeDeadlineSeconds, retryStrategy } of steps) {
    expect(container?.resources?.requests).toMatchObject({
      cpu: expect.anything() as unknown,
      memory: expect.anything() as unknown,
    });
    expect(activeDeadlineSeconds).toBeGreaterThan(0);
    expect(retryStrategy?.limit).toBe(3);
  }
  const withGpu = steps.filter(({ container }) => container?.resources?.limits?.['nvidia.com/gpu'] === 1).map(({ name }) => name);
  expect(withGpu).toEqual(['reconstruct', 'densify']);
});

describe('on a cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({
      images: {
        'stead/pipeline': {
          command: ['/bin/sh', '-c', 'printf "%s\\n" "$0 $S3_BUCKET $STEAD_PARAMS"; [ "$0" != plan ] || exit 10'],
        },
      },
      manifests: [PATH],
      secrets: { 'stead-object-store': { S3_BUCKET: 'bucket' } },
    });
  });
  afterAll(() => cluster.close());

  test('each step gets its name, the parameters as they were given, and the object store', async () => {
    const params = JSON.stringify({ runId: 'r', quotes: 'a "b" \\ {{c}}' }).replace('{{c}}', '{c}');
    const run = {
      entrypoint: 'pointcloud',
      workflowTemplateRef: { name: PIPELINE },
      arguments: { parameters: [{ name: 'params', value: params }] },
    };
    await submit(cluster, aWorkflow('sm-x-e1', run));
    const workflow = await completed(cluster, 'sm-x-e1');
    expect(workflow.metadata.labels).toMatchObject({ 'workflows.argoproj.io/workflow-template': PIPELINE });
    expect(nodeNamed(workflow, 'tile').phase).toBe('Succeeded');
    expect(nodeNamed(workflow, 'plan')).toMatchObject({ type: 'Retry', phase: 'Failed', outputs: { exitCode: '10' } });
    expect(nodeNamed(workflow, 'bundle').phase).toBe('Omitted');
    const pods = await podsOf(cluster);
    const pod = pods.find(({ metadata }) => metadata.name.startsWith('sm-x-e1-tile-'));
    expect(await logOf(cluster, pod?.metadata.name ?? '')).toBe(`tile bucket ${params}\n`);
    expect(pod?.metadata.annotations).toMatchObject({ 'karpenter.sh/do-not-disrupt': 'true' });
  });
});
