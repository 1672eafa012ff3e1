import fc from 'fast-check';
import type { NodePhase } from '../objects/workflow';
import type { DagTask } from '../objects/workflow-spec';
import { checkDag, stepDag } from './dag';

const aTask = (name: string, dependencies: string[] = [], more: Partial<DagTask> = {}): DagTask => ({
  name,
  template: 't',
  dependencies,
  ...more,
});
const step = (
  tasks: DagTask[],
  phases: Record<string, NodePhase>,
  policy: { failFast?: boolean; stopping?: boolean } = {},
): { start: string[]; omit: string[]; phase: string | null } => {
  const { start, omit, phase } = stepDag(tasks, (name) => phases[name] ?? null, { failFast: true, stopping: false, ...policy });
  return { start: start.map(({ name }) => name), omit: omit.map(({ name }) => name), phase };
};
const diamond = [aTask('a'), aTask('b', ['a']), aTask('c', ['a']), aTask('d', ['b', 'c'])];

test.each<[string, DagTask[], Record<string, NodePhase>, ReturnType<typeof step>]>([
  ['at first, what depends on nothing starts', diamond, {}, { start: ['a'], omit: [], phase: null }],
  ['what waits for a running task waits', diamond, { a: 'Running' }, { start: [], omit: [], phase: null }],
  ['what depends on the same starts together', diamond, { a: 'Succeeded' }, { start: ['b', 'c'], omit: [], phase: null }],
  [
    'all dependencies must have ended',
    diamond,
    { a: 'Succeeded', b: 'Succeeded', c: 'Running' },
    { start: [], omit: [], phase: null },
  ],
  [
    'a skipped task satisfies',
    diamond,
    { a: 'Succeeded', b: 'Skipped', c: 'Succeeded' },
    { start: ['d'], omit: [], phase: null },
  ],
  [
    'when all succeeded, so did the DAG',
    diamond,
    { a: 'Succeeded', b: 'Succeeded', c: 'Succeeded', d: 'Succeeded' },
    { start: [], omit: [], phase: 'Succeeded' },
  ],
  ['a failure omits all that follows', diamond, { a: 'Failed' }, { start: [], omit: ['b', 'c', 'd'], phase: 'Failed' }],
  ['an error is an error', diamond, { a: 'Error' }, { start: [], omit: ['b', 'c', 'd'], phase: 'Error' }],
  [
    'what runs beside a failure is waited for',
    diamond,
    { a: 'Succeeded', b: 'Failed', c: 'Running' },
    { start: [], omit: [], phase: null },
  ],
  [
    'a failure that is allowed satisfies',
    [aTask('a', [], { continueOn: { failed: true } }), aTask('b', ['a'])],
    { a: 'Failed' },
    { start: ['b'], omit: [], phase: null },
  ],
  [
    'a failure that is allowed does not fail the DAG',
    [aTask('a', [], { continueOn: { failed: true } })],
    { a: 'Failed' },
    { start: [], omit: [], phase: 'Succeeded' },
  ],
])('%s', (_, tasks, phases, want) => {
  expect(step(tasks, phases)).toEqual(want);
});

test('after a failure others go on only without failFast', () => {
  const tasks = [aTask('a'), aTask('b'), aTask('c', ['b'])];
  expect(step(tasks, { a: 'Failed', b: 'Succeeded' })).toEqual({ start: [], omit: [], phase: 'Failed' });
  expect(step(tasks, { a: 'Failed', b: 'Succeeded' }, { failFast: false })).toEqual({ start: ['c'], omit: [], phase: null });
});

test('a DAG that is stopped starts nothing and has failed', () => {
  expect(step(diamond, { a: 'Succeeded' }, { stopping: true })).toEqual({ start: [], omit: [], phase: 'Failed' });
});

/** Tasks that depend on earlier ones only: any such list is a DAG. */
const anyDag = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 10 })
  .map((lists) => lists.map((list, i) => aTask(`t${i}`, i === 0 ? [] : [...new Set(list.map((n) => `t${n % i}`))])));

test('any DAG ends, starts each task at most once, and none before all that it depends on', () => {
  fc.assert(
    fc.property(
      anyDag,
      fc.array(fc.constantFrom<NodePhase>('Succeeded', 'Succeeded', 'Failed', 'Error'), { minLength: 10, maxLength: 10 }),
      fc.boolean(),
      (tasks, ends, failFast) => {
        const phases: Record<string, NodePhase> = {};
        const started = new Set<string>();
        for (let round = 0; round < 2 * tasks.length + 2; round += 1) {
          const { start, omit, phase } = step(tasks, phases, { failFast });
          if (phase !== null) {
            expect(Object.values(phases).some((one) => one === 'Failed' || one === 'Error')).toBe(phase !== 'Succeeded');
            return;
          }
          for (const name of start) {
            expect(started.has(name)).toBe(false);
            started.add(name);
            const task = tasks.find((one) => one.name === name);
            for (const dependency of task?.dependencies ?? []) expect(phases[dependency]).toBe('Succeeded');
            phases[name] = ends[Number(name.slice(1))] ?? 'Succeeded';
          }
          for (const name of omit) phases[name] = 'Omitted';
        }
        throw new Error('the DAG did not end');
      },
    ),
  );
});

test.each<[string, DagTask[], string]>([
  ['a cycle', [aTask('a', ['b']), aTask('b', ['a'])], 'wait for each other'],
  ['a task of itself', [aTask('a', ['a'])], 'wait for each other'],
  ['a dependency that is not there', [aTask('a', ['z'])], "dependency 'z' not defined"],
  ['two tasks of one name', [aTask('a'), aTask('a')], 'is not unique'],
])('%s is refused', (_, tasks, reason) => {
  expect(() => checkDag('main', tasks)).toThrow(reason);
});
