import { keys, redactionPlanSchema, type RedactionPlan, type StepName } from '@stead/contracts/pipeline';
import type { CopyGroup } from './copy-set';
import { bundleGroup } from './list-bundle';
import { readJson, recordGroups } from './list-records';
import type { NamedStore } from './stores';
import type { Run } from '../../domain/run';

const PLAN_BYTES_MAX = 256 * 1024 * 1024;
/** Where the pictures of a version are, and where they were taken. */
const ORIGINALS: ReadonlySet<string> = new Set<StepName>(['ingest', 'frames', 'anonymize', 'reconstruct', 'georeference']);

/**
 * What a redaction reads instead of a capture: its plan, the bundle that the plan is for, and, where it lists pictures, the records
 * and files of the attempt that holds the originals. A plan that nobody can read is copied alone: the step says what is wrong with it.
 */
export async function planGroups(
  { workspaceId, id }: Pick<Run, 'workspaceId' | 'id'>,
  from: NamedStore,
  to: NamedStore,
): Promise<CopyGroup[]> {
  const key = keys.redactionPlan(workspaceId, id);
  const found = await readJson(from, key, PLAN_BYTES_MAX);
  if (found === null) return [];
  const own: CopyGroup = {
    files: [],
    last: { workspaceId, key, bytes: found.bytes, sha256: null, ifThere: 'same' },
    optional: false,
  };
  const plan = redactionPlanSchema.safeParse(found.json);
  return plan.success ? [...(await namedBy(workspaceId, plan.data, from, to)), own] : [own];
}

async function namedBy(workspaceId: string, plan: RedactionPlan, from: NamedStore, to: NamedStore): Promise<CopyGroup[]> {
  const { bundlePrefix } = plan.base;
  const isOwn = bundlePrefix.startsWith(keys.workspacePrefix(workspaceId)) && !bundlePrefix.split('/').includes('..');
  const base = isOwn ? await bundleGroup(workspaceId, bundlePrefix, from) : null;
  const { originals, pictures } = plan;
  const records =
    originals === null || pictures.length === 0
      ? []
      : await recordGroups(workspaceId, originals.runId, originals.epoch, from, to, (step) => ORIGINALS.has(step));
  // Nothing makes them again: without one of them the run cannot be done there.
  return [...(base === null ? [] : [base]), ...records.map((group) => ({ ...group, optional: false }))];
}
