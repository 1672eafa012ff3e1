import { captureManifestSchema, keys } from '@stead/contracts/pipeline';
import type { Wanted } from './copy-object';
import type { CopyGroup } from './copy-set';
import { readJson, recordGroups } from './list-records';
import type { NamedStore } from './stores';
import { isWorthCopying } from '../../domain/reuse';
import type { Run } from '../../domain/run';
import { planGroups } from './list-redaction';

const MANIFEST_BYTES_MAX = 32 * 1024 * 1024;

/** Attempts whose finished steps may be taken over. */
export interface Reusable {
  runId: string;
  epochs: readonly number[];
  ownRun: boolean;
}

/**
 * Everything that the steps of a run may read: the capture with its manifest and the key that it is sealed under (for a redaction
 * what its plan names), and of each attempt that may be taken over the records of its finished steps with the files that they name,
 * wherever those lie. A step whose record is not there is simply
 * done again.
 */
export async function listInputs(
  run: Run,
  reusable: readonly Reusable[],
  from: NamedStore,
  to: NamedStore,
): Promise<CopyGroup[]> {
  const groups = run.entrypoint === 'redaction' ? await planGroups(run, from, to) : [await captureGroup(run, from)];
  for (const { runId, epochs, ownRun } of reusable) {
    for (const epoch of epochs) {
      const isWanted = (step: string): boolean => isWorthCopying(step, ownRun, run.reuse?.fromStep ?? null);
      groups.push(...(await recordGroups(run.workspaceId, runId, epoch, from, to, isWanted)));
    }
  }
  return groups.filter((group) => group.files.length > 0 || group.last !== null);
}

/** Without a manifest there is no capture, and whichever step looks for it says so in its own words. */
async function captureGroup({ workspaceId, captureId }: Run, from: NamedStore): Promise<CopyGroup> {
  const key = keys.captureManifest(workspaceId, captureId);
  const found = await readJson(from, key, MANIFEST_BYTES_MAX);
  if (found === null) return { files: [], last: null, optional: false };
  const manifest = captureManifestSchema.safeParse(found.json);
  const prefix = keys.capturePrefix(workspaceId, captureId);
  const files: Wanted[] = (manifest.success ? manifest.data.files : [])
    .filter((file) => file.key.startsWith(prefix))
    .map((file) => ({ workspaceId, key: file.key, bytes: file.bytes, sha256: file.sha256, ifThere: 'same' }));
  const seal = keys.captureSeal(workspaceId, captureId);
  const there = await from.ask((objects) => objects.head(seal));
  if (there !== null) files.push({ workspaceId, key: seal, bytes: there.bytes, sha256: null, ifThere: 'same' });
  return { files, last: { workspaceId, key, bytes: found.bytes, sha256: null, ifThere: 'same' }, optional: false };
}
