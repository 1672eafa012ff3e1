import type { PurgedPart } from '@stead/contracts/dispatcher';
import { keys, type StepName } from '@stead/contracts/pipeline';

/** Steps whose files are what visitors get, or show it. */
const PUBLISHED_STEPS: readonly StepName[] = ['tile', 'plan', 'bundle'];

/** A finished run of which parts are to go. */
export interface PartialPurge {
  workspaceId: string;
  id: string;
  /** Of its latest attempt: each one before it may have left something, too. */
  epoch: number;
  parts: readonly PurgedPart[];
}

/** Where the parts of a run lie. Records and logs are in none of them: they tell what was done, and show nothing of the place. */
export function prefixesOf({ workspaceId, id, epoch, parts }: PartialPurge): string[] {
  const epochs = Array.from({ length: epoch }, (_, i) => i + 1);
  return epochs.flatMap((n) => [
    ...(parts.includes('work') ? [keys.workPrefix(workspaceId, id, n)] : []),
    ...(parts.includes('published') ? [keys.bundlePrefix(workspaceId, id, n)] : []),
    ...(parts.includes('published') && !parts.includes('work')
      ? PUBLISHED_STEPS.map((step) => keys.stepPrefix(workspaceId, id, n, step))
      : []),
  ]);
}
