import { readFile } from 'node:fs/promises';
import { StepError, type StepContext } from '../application/step';
import { detectionsSchema, type CoveredDetection } from '../domain/detections';

/** What the anonymize step has covered. The step that calls this reads `anonymize`. */
export async function readDetections(context: StepContext): Promise<CoveredDetection[]> {
  const file = context.need('anonymize').files.find(({ path }) => path === 'detections.json');
  if (file === undefined) throw new StepError('data', 'input-missing', 'Step anonymize left no detections.json');
  const parsed = detectionsSchema.safeParse(JSON.parse(await readFile(await context.fetch(file), 'utf8')));
  if (!parsed.success) throw new StepError('data', 'detections-malformed', parsed.error.message);
  return parsed.data.detections;
}
