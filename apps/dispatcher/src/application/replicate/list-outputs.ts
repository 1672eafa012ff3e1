import { keys } from '@stead/contracts/pipeline';
import type { Wanted } from './copy-object';
import type { CopyGroup } from './copy-set';
import { bundleGroup } from './list-bundle';
import { recordGroups } from './list-records';
import { listBelow } from './presence';
import type { NamedStore } from './stores';
import { publishes } from '../../domain/reuse';

export interface MadeBy {
  workspaceId: string;
  runId: string;
  epoch: number;
}

/**
 * Everything that an attempt has left and that somebody reads: what its steps wrote about their failures, their output, each
 * finished step with its files, and the bundle with its manifest last. What a step wrote without finishing is nobody's.
 */
export async function listOutputs(made: MadeBy, hasEnded: boolean, from: NamedStore, to: NamedStore): Promise<CopyGroup[]> {
  const { workspaceId, runId, epoch } = made;
  const groups: CopyGroup[] = [];
  // Both are written again when a step is tried again: they are copied when nothing can change them any more.
  if (hasEnded) groups.push({ files: await wordsOf(made, from), last: null, optional: true });
  groups.push(...(await recordGroups(workspaceId, runId, epoch, from, to, (step) => !publishes(step))));
  const bundle = await bundleGroup(workspaceId, keys.bundlePrefix(workspaceId, runId, epoch), from);
  if (bundle !== null) groups.push(bundle);
  groups.push(...(await recordGroups(workspaceId, runId, epoch, from, to, publishes)));
  return groups;
}

/** What a step of this attempt wrote about its failure. */
export function failureOf({ workspaceId, runId, epoch }: MadeBy, step: string): Wanted {
  return keptAsItIs(workspaceId, keys.stepFailure(workspaceId, runId, epoch, step), null);
}

async function wordsOf({ workspaceId, runId, epoch }: MadeBy, from: NamedStore): Promise<Wanted[]> {
  const prefix = keys.epochPrefix(workspaceId, runId, epoch);
  const [steps, logs] = [await listBelow(from, `${prefix}steps/`), await listBelow(from, `${prefix}logs/`)];
  const failures = [...steps].filter(([key]) => key.endsWith('.failure.json'));
  return [...failures, ...logs].map(([key, { bytes }]) => keptAsItIs(workspaceId, key, bytes));
}

/** The dispatcher keeps the output of pods itself, and a step may write its failure more than once. */
function keptAsItIs(workspaceId: string, key: string, bytes: number | null): Wanted {
  return { workspaceId, key, bytes, sha256: null, ifThere: 'keep' };
}
