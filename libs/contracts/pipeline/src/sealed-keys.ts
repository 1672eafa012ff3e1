import type { StepName } from './steps';

/** Steps all of whose files show, or tell of, what was uploaded before anything was covered. */
const SEALED_STEPS: ReadonlySet<string> = new Set<StepName>(['ingest', 'frames', 'anonymize', 'reconstruct', 'densify']);
const ORIGINAL = /^workspaces\/[^/]+\/captures\/[^/]+\/files\/[^/]+$/;
/** `work/<step>/<begin of the sha256>/<path>` */
const WORK = /^workspaces\/[^/]+\/runs\/[^/]+\/e\d+\/work\/([^/]+)\/[^/]+\/(.+)$/;

/**
 * Whether an object lies sealed in the store when its capture has a key. Everything else is what visitors may get, is copied into it,
 * or says what was done: `keys` of other kinds, and the files of the steps from `georeference` on.
 */
export function isSealedKey(key: string): boolean {
  if (ORIGINAL.test(key)) return true;
  const [, step, path] = WORK.exec(key) ?? [];
  if (step === undefined || path === undefined) return false;
  // The one file of theirs that goes with the originals: what a review shows, and what it covered.
  if (step === 'localisation') return path === 'review.json';
  if (step === 'redact') return path.startsWith('pictures/');
  return SEALED_STEPS.has(step);
}
