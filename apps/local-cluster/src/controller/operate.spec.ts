import fc from 'fast-check';
import { NODE_LOST, type Pod } from '../objects/pod';
import type { Workflow } from '../objects/workflow';
import type { WorkflowSpec } from '../objects/workflow-spec';
import { equal } from '../objects/json';
import { operate } from './operate';

const START = Date.parse('2026-01-01T00:00:00Z');

/** A cluster in which pods do only what the test says: the world around `operate`. */
class World {
  workflow: Workflow;
  readonly pods = new Map<string, Pod>();
  now = START;
  created = 0;

  constructor(spec: WorkflowSpec) {
    const metadata = {
      name: 'w',
      namespace: 'n',
      uid: 'uid',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    };
    this.workflow = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata, spec };
  }

  /** Returns whether anything changed. */
  look(): boolean {
    if (this.isCompleted) return false;
    const { workflow, create, terminate } = operate({
      workflow: this.workflow,
      template: () => undefined,
      pod: (name) => this.pods.get(name),
      now: this.now,
    });
    const changed = !equal(workflow, this.workflow) || create.length > 0;
    for (const draft of create) {
      if (this.pods.has(draft.metadata.name)) throw new Error(`pod ${draft.metadata.name} is made twice`);
      this.created += 1;
      const metadata = {
        ...draft.metadata,
        uid: draft.metadata.name,
        resourceVersion: '1',
        generation: 1,
        creationTimestamp: '',
      };
      this.pods.set(draft.metadata.name, { ...draft, metadata });
    }
    for (const pod of terminate) {
      if (pod.status.phase === 'Running') this.end(pod, 143);
      else this.pods.delete(pod.metadata.name);
    }
    this.workflow = workflow;
    return changed;
  }

  run(pod: Pod): void {
    if (pod.status.phase === 'Pending')
      this.pods.set(pod.metadata.name, { ...pod, spec: { ...pod.spec, nodeName: 'x' }, status: { phase: 'Running' } });
  }

  end(pod: Pod, exitCode: number | 'lost'): void {
    if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return;
    const terminated = {
      exitCode: exitCode === 'lost' ? 137 : exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: null,
      finishedAt: '',
    };
    const status = {
      name: 'main',
      image: 'x',
      imageID: '',
      ready: false,
      started: false,
      restartCount: 0,
      state: { terminated },
    };
    const phase = exitCode === 0 ? ('Succeeded' as const) : ('Failed' as const);
    this.pods.set(pod.metadata.name, {
      ...pod,
      status: { phase, containerStatuses: [status], ...(exitCode === 'lost' && { reason: NODE_LOST }) },
    });
  }

  get isCompleted(): boolean {
    return this.workflow.metadata.labels?.['workflows.argoproj.io/completed'] === 'true';
  }

  get active(): Pod[] {
    return [...this.pods.values()].filter(({ status }) => status.phase === 'Pending' || status.phase === 'Running');
  }
}

const container = { image: 'x' };
const diamond: WorkflowSpec = {
  entrypoint: 'main',
  onExit: 'bye',
  templates: [
    {
      name: 'main',
      dag: {
        tasks: [
          { name: 'a', template: 'step' },
          { name: 'b', template: 'step', dependencies: ['a'] },
          { name: 'c', template: 'once', dependencies: ['a'] },
          { name: 'd', template: 'step', dependencies: ['b', 'c'] },
        ],
      },
    },
    {
      name: 'step',
      container,
      retryStrategy: { limit: 2, expression: 'asInt(lastRetry.exitCode) != 10', backoff: { duration: '1s', factor: 2 } },
    },
    { name: 'once', container },
    { name: 'bye', container },
  ],
};

type Happening =
  'run' | 'succeed' | 'fail-30' | 'fail-10' | 'lose' | 'delete' | 'wait' | 'stop' | 'terminate' | 'suspend' | 'resume';
const HAPPENINGS: readonly Happening[] = [
  'run',
  'run',
  'succeed',
  'succeed',
  'succeed',
  'fail-30',
  'fail-10',
  'lose',
  'delete',
  'wait',
  'stop',
  'terminate',
  'suspend',
  'resume',
];

function happen(world: World, what: Happening, which: number): void {
  const pod = world.active[which % Math.max(1, world.active.length)];
  const spec = (change: Partial<WorkflowSpec>): void =>
    void (world.workflow = { ...world.workflow, spec: { ...world.workflow.spec, ...change } });
  if (what === 'wait') world.now += 1_500;
  else if (what === 'stop') spec({ shutdown: 'Stop' });
  else if (what === 'terminate') spec({ shutdown: 'Terminate' });
  else if (what === 'suspend' || what === 'resume') spec({ suspend: what === 'suspend' });
  else if (pod === undefined) return;
  else if (what === 'run') world.run(pod);
  else if (what === 'delete') world.pods.delete(pod.metadata.name);
  else world.end(pod, what === 'succeed' ? 0 : what === 'fail-30' ? 30 : what === 'fail-10' ? 10 : 'lost');
}

test('whatever happens to its pods, a workflow comes to one end, and no try is made twice', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...HAPPENINGS), fc.nat(9)), { maxLength: 40 }), (happenings) => {
      const world = new World(diamond);
      world.look();
      for (const [what, which] of happenings) {
        happen(world, what, which);
        world.look();
        // Looking again at the same changes nothing.
        expect(world.look() && world.look()).toBe(false);
      }
      world.workflow = { ...world.workflow, spec: { ...world.workflow.spec, suspend: false } };
      for (let round = 0; round < 60 && !world.isCompleted; round += 1) {
        for (const pod of world.active) world.end(pod, 0);
        world.now += 10_000;
        world.look();
      }
      expect(world.isCompleted).toBe(true);
      expect(['Succeeded', 'Failed', 'Error']).toContain(world.workflow.status?.phase);
      expect(world.workflow.status?.finishedAt).not.toBeNull();
      expect(world.active).toEqual([]);
      for (const node of Object.values(world.workflow.status?.nodes ?? {})) expect(node.finishedAt).not.toBeNull();
      // Three steps of at most three tries, one of one, and the exit handler.
      expect(world.created).toBeLessThanOrEqual(3 * 3 + 1 + 1);
    }),
    { numRuns: 400 },
  );
});

test('a step whose try failed is tried again after its backoff, and it is said when', () => {
  const world = new World(diamond);
  world.look();
  for (const pod of world.active) world.end(pod, 30);
  const { wakeAtMs } = operate({
    workflow: world.workflow,
    template: () => undefined,
    pod: (name) => world.pods.get(name),
    now: world.now,
  });
  expect(wakeAtMs).toBe(START + 1_000);
  world.look();
  expect(world.active).toEqual([]);
  world.now = START + 1_000;
  world.look();
  expect(world.active).toHaveLength(1);
});

test('the exit handler runs after everything else, once, and sees how it went', () => {
  const world = new World({
    entrypoint: 'main',
    onExit: 'bye',
    templates: [
      { name: 'main', container },
      { name: 'bye', container: { image: 'x', args: ['{{workflow.status}}'] } },
    ],
  });
  world.look();
  for (const pod of world.active) world.end(pod, 10);
  world.look();
  expect(world.active.map(({ spec }) => spec.containers[0]?.args)).toEqual([['Failed']]);
  for (const pod of world.active) world.end(pod, 0);
  world.look();
  expect(world.workflow.status).toMatchObject({ phase: 'Failed', message: 'main: Error (exit code 10)' });
  expect(world.created).toBe(2);
});

test('a deadline is waited for, and ends what waits and what runs', () => {
  const world = new World({ ...diamond, activeDeadlineSeconds: 60 });
  const first = operate({ workflow: world.workflow, template: () => undefined, pod: () => undefined, now: START });
  expect(first.wakeAtMs).toBe(START + 60_000);
  world.look();
  world.now = START + 60_000;
  for (let i = 0; i < 4; i += 1) {
    world.look();
    for (const pod of world.active) if (pod.metadata.name.includes('bye')) world.end(pod, 0);
  }
  expect(world.workflow.status).toMatchObject({ phase: 'Failed', message: 'Step exceeded its deadline' });
});

test('the children of a step that is tried again are its tries; what waits for it hangs on the last one', () => {
  const world = new World(diamond);
  world.look();
  for (const pod of world.active) world.end(pod, 30);
  world.look();
  world.now += 1_000;
  world.look();
  for (const pod of world.active) world.end(pod, 0);
  world.look();
  const nodes = Object.values(world.workflow.status?.nodes ?? {});
  const childrenOf = (displayName: string): string[] =>
    (nodes.find((node) => node.displayName === displayName)?.children ?? []).map(
      (id) => nodes.find((node) => node.id === id)?.displayName ?? id,
    );
  expect(childrenOf('a')).toEqual(['a(0)', 'a(1)']);
  expect(childrenOf('a(0)')).toEqual([]);
  expect(childrenOf('a(1)')).toEqual(['b', 'c']);
});
