import fc from 'fast-check';
import type { NodeStatus } from '../objects/workflow';
import { parseDurationMs } from './duration';
import { mergeSpec, withLiveFields } from './merge-spec';
import { nodeId, podName } from './node-id';
import { withProgress } from './progress';
import { substitute } from './substitute';

describe('durations', () => {
  test.each<[string, number | null]>([
    ['30', 30_000],
    ['1.5s', 1_500],
    ['2m30s', 150_000],
    ['1h', 3_600_000],
    ['250ms', 250],
    ['1d', 86_400_000],
    ['', null],
    ['s', null],
    ['1x', null],
    ['-1s', null],
  ])('%p is %p ms', (text, want) => expect(parseDurationMs(text)).toBe(want));
});

describe('names in templates', () => {
  test('are filled in everywhere, and values are taken as they are', () => {
    const filled = substitute({ args: ['{{a}}', 'x{{ b }}y'], deep: [{ n: 1, t: '{{a}}{{a}}' }] }, { a: '"{{b}}"', b: '$1' });
    expect(filled).toEqual({ args: ['"{{b}}"', 'x$1y'], deep: [{ n: 1, t: '"{{b}}""{{b}}"' }] });
  });

  test.each(['{{c}}', '{{toString}}', '{{__proto__}}'])('%s is refused when nothing has that name', (text) => {
    expect(() => substitute(text, { a: '1' })).toThrow(`failed to resolve ${text}`);
  });
});

describe('names of nodes and pods', () => {
  test('are the same for the same try and differ between tries, steps and workflows that were made again', () => {
    const first = { name: 'wf', uid: 'u1' };
    expect(nodeId(first, 'wf')).toBe('wf');
    expect(podName(first, 'step', 'wf.step(0)')).toBe(podName(first, 'step', 'wf.step(0)'));
    const names = [first, { name: 'wf', uid: 'u2' }].flatMap((workflow) =>
      ['wf.a(0)', 'wf.a(1)', 'wf.b(0)'].map((node) => podName(workflow, 'step', node)),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test('are names that Kubernetes takes, whatever the template is called', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300 }), (template) => {
        const name = podName({ name: 'sm-x-e1', uid: 'u' }, template, 'n');
        expect(name.length).toBeLessThanOrEqual(253);
        expect(name).toMatch(/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/);
      }),
    );
  });
});

describe('progress', () => {
  const aNode = (id: string, more: Partial<NodeStatus>): NodeStatus => ({
    id,
    name: id,
    displayName: id,
    type: 'Pod',
    phase: 'Running',
    startedAt: null,
    finishedAt: null,
    ...more,
  });

  test('is the sum of the steps; what succeeded is complete, what failed keeps what it reported', () => {
    const nodes = {
      root: aNode('root', { type: 'DAG', children: ['a', 'b', 'r'] }),
      a: aNode('a', { phase: 'Succeeded', progress: '30/100' }),
      b: aNode('b', { progress: '1/4' }),
      r: aNode('r', { type: 'Retry', children: ['r0', 'r1'] }),
      r0: aNode('r0', { phase: 'Failed', progress: '2/10' }),
      r1: aNode('r1', {}),
    };
    const result = withProgress(nodes);
    expect(result.progress).toBe('103/115');
    expect(result.nodes['root']?.progress).toBe('103/115');
    expect(result.nodes['r']?.progress).toBe('2/11');
    expect(result.nodes['a']?.progress).toBe('100/100');
  });

  test('nonsense counts as nothing done', () => {
    expect(withProgress({ a: aNode('a', { progress: 'half' }) }).progress).toBe('0/1');
  });
});

describe('a workflow over its template', () => {
  const base = {
    entrypoint: 'a',
    arguments: {
      parameters: [
        { name: 'p', value: '1' },
        { name: 'q', description: 'd' },
      ],
    },
    ttlStrategy: { secondsAfterCompletion: 5 },
  };

  test('says what it says itself, and has the rest from the template', () => {
    const own = {
      workflowTemplateRef: { name: 't' },
      entrypoint: 'b',
      arguments: {
        parameters: [
          { name: 'q', value: '2' },
          { name: 'r', value: '3' },
        ],
      },
    };
    expect(mergeSpec(base, own)).toEqual({
      entrypoint: 'b',
      ttlStrategy: { secondsAfterCompletion: 5 },
      arguments: {
        parameters: [
          { name: 'p', value: '1' },
          { name: 'q', description: 'd', value: '2' },
          { name: 'r', value: '3' },
        ],
      },
    });
  });

  test('may be stopped, paused and shortened while it runs, and nothing else', () => {
    expect(withLiveFields(base, { entrypoint: 'other', shutdown: 'Stop', activeDeadlineSeconds: 3 })).toEqual({
      ...base,
      shutdown: 'Stop',
      activeDeadlineSeconds: 3,
    });
  });
});
