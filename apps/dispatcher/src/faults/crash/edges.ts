import type { TransitionTable } from '@stead/platform/machine';
import { attemptTransitions } from '../../domain/attempt.machine';
import { runTransitions } from '../../domain/run.machine';
import type { Edge } from './gates';

/** Changes that the tables allow and no cause can bring about, so that nobody can be killed at them. */
export const UNREACHABLE: Readonly<Partial<Record<Edge, string>>> = {
  'run:dispatching>failed':
    'a run is dispatching until the transaction that says that its workflow is there; only a workflow fails',
  'run:dispatching>dead-letter': 'the same',
  'run:verifying>failed': 'a result that is not usable is tried again, and in the end a dead letter',
  'attempt:reserved>rejected': 'a cluster refuses what was posted, and nothing is posted before it is intended',
  'attempt:intent>running': 'the workflow is read when it is there, which is `created`',
  'attempt:intent>done': 'the same',
};

/** Every change of state that the tables of runs and attempts allow, and the first one of each. */
export function allEdges(): Edge[] {
  const edges = [...edgesOf('run', runTransitions), ...edgesOf('attempt', attemptTransitions)];
  return [...new Set<Edge>(['run:>queued', 'attempt:>reserved', ...edges])];
}

function edgesOf<S extends string>(entity: 'run' | 'attempt', table: TransitionTable<S, string>): Edge[] {
  return Object.entries<Record<string, string>>(table).flatMap(([from, row]) =>
    Object.values(row)
      .filter((to) => to !== 'ignore' && to !== 'reject')
      .map((to): Edge => `${entity}:${from}>${to}`),
  );
}
