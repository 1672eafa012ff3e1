import type { StepName, StepRecord } from '@stead/contracts/pipeline';
import type { Step } from '../application/step';

/** A step that ends with these files and figures: for specs about what a later step makes of them. */
export function standIn(
  name: StepName,
  given: { files?: Record<string, Buffer>; metrics?: StepRecord['metrics']; notes?: string[]; reads?: StepName[] } = {},
): Step {
  return {
    name,
    version: 1,
    reads: given.reads ?? [],
    optionsRead: [],
    async run(context) {
      for (const [path, bytes] of Object.entries(given.files ?? {})) await context.put(path, bytes, 'application/octet-stream');
      return { provider: 'stand-in', metrics: given.metrics ?? {}, notes: given.notes ?? [] };
    },
  };
}
