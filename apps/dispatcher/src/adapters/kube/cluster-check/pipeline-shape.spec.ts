import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { differencesBetween, shapeOf } from './pipeline-shape';

type Task = { name: string; template: string; dependencies?: string[]; depends?: string };
const dag = (name: string, ...tasks: Task[]): object => ({ name, dag: { tasks } });
const task = (name: string, ...dependencies: string[]): Task => ({ name, template: 'step', dependencies });
const step = { name: 'step', container: { image: 'x' } };
const template = (templates: object[], parameters: object[] = [{ name: 'params' }]): object => ({
  spec: { arguments: { parameters }, templates: [...templates, step] },
});
const base = template([dag('photos', task('a'), task('b', 'a'))]);

function differences(ours: object, theirs: object): string[] {
  const [here, there] = [shapeOf(ours), shapeOf(theirs)];
  if (here === null || there === null) throw new Error('no template');
  return differencesBetween(here, there);
}

test('of the pipeline it knows the entrypoints, their steps and the parameters', () => {
  const file = readFileSync(resolve(__dirname, '../../../../../../deploy/argo/space-map-v1.yaml'), 'utf8');
  const shape = shapeOf(parse(file, { merge: true }));
  const required = shape?.parameters.filter(({ hasDefault }) => !hasDefault).map(({ name }) => name);
  expect(required).toEqual(['params']);
  expect(shape?.parameters).toContainEqual({ name: 'memory-densify', hasDefault: true });
  expect(Object.keys(shape?.entrypoints ?? {})).toEqual(['photos', 'video', 'pointcloud', 'redaction']);
  expect(shape?.entrypoints['pointcloud']).toEqual([
    { name: 'ingest', after: [] },
    { name: 'tile', after: ['ingest'] },
    { name: 'plan', after: ['tile'] },
    { name: 'bundle', after: ['plan'] },
  ]);
});

test.each<[string, object, string[]]>([
  ['nothing', base, []],
  ['what runs in a step', { spec: { ...(base as { spec: object }).spec, tolerations: [] } }, []],
  [
    'a parameter more that has a value',
    template([dag('photos', task('a'), task('b', 'a'))], [{ name: 'params' }, { name: 'x', value: '1' }]),
    [],
  ],
  [
    'a parameter more that has none',
    template([dag('photos', task('a'), task('b', 'a'))], [{ name: 'params' }, { name: 'x' }]),
    ['the parameter x is required here alone'],
  ],
  ['no parameters', template([dag('photos', task('a'), task('b', 'a'))], []), ['the parameter params is missing']],
  ['another entrypoint', template([dag('video', task('a'), task('b', 'a'))]), ['the entrypoint photos is missing']],
  ['a step less', template([dag('photos', task('a'))]), ['photos lacks the step b']],
  ['a step more', template([dag('photos', task('a'), task('b', 'a'), task('c'))]), ['photos has the step c here alone']],
  [
    'another order',
    template([dag('photos', task('a', 'b'), task('b'))]),
    ['photos: a waits for b here and for nothing there', 'photos: b waits for nothing here and for a there'],
  ],
  [
    'the same order as an expression',
    template([dag('photos', task('a'), { name: 'b', template: 'step', depends: 'a.Succeeded && !c' })]),
    [],
  ],
  [
    'the same order as steps',
    template([{ name: 'photos', steps: [[{ name: 'a', template: 'step' }], [{ name: 'b', template: 'step' }]] }]),
    [],
  ],
])('%s makes a difference, or none', (_, ours, expected) => {
  expect(differences(ours, base)).toEqual(expected);
});

test('what is no template has no shape', () => {
  expect(shapeOf({ kind: 'Status' })).toBeNull();
});
