import { ENTRYPOINTS } from '@stead/contracts/pipeline';
import type { CaptureManifest, RunParams, StepName, StepRecord } from '@stead/contracts/pipeline';
import type { Blobs } from './ports';
import { readRedaction, type Redaction } from './read-redaction';
import type { RecordStore } from './record-store';
import { StepError, type Step } from './step';

/** What a run was made from: a capture, or a plan over a finished bundle. */
export type Source = { sha256: string } & (
  { capture: CaptureManifest; redaction: null } | { capture: null; redaction: Redaction }
);

export async function readSource(step: Step, params: RunParams, blobs: Blobs, store: RecordStore): Promise<Source> {
  if (step.redacts) return { capture: null, ...(await readRedaction(blobs, params)) };
  const { manifest, sha256 } = await store.captureManifest();
  return { capture: manifest, redaction: null, sha256 };
}

/** The records that a step reads: of its own epoch, or of the attempt that holds the originals of a redaction. */
export async function readInputs(
  step: Step,
  { capture, redaction }: Source,
  store: RecordStore,
): Promise<Map<StepName, StepRecord>> {
  if (redaction !== null) return originalsOf(step, redaction, store);
  const names = step.reads.filter((name) => ENTRYPOINTS[capture.kind].includes(name));
  const found = await Promise.all(
    names.map(async (name): Promise<[StepName, StepRecord]> => {
      const record = await store.find(name);
      if (record === null) throw new StepError('data', 'input-missing', `Step ${name} has no record; ${step.name} needs it`);
      return [name, record];
    }),
  );
  return new Map(found);
}

/** None where no picture is listed: the originals may be erased. Which steps that attempt had, its records tell. */
async function originalsOf(step: Step, { plan }: Redaction, store: RecordStore): Promise<Map<StepName, StepRecord>> {
  const { originals, pictures } = plan;
  if (originals === null || pictures.length === 0) return new Map();
  const found = await Promise.all(
    step.reads.map(async (name): Promise<[StepName, StepRecord][]> => {
      const record = await store.find(name, originals.epoch, originals.runId);
      return record === null ? [] : [[name, record]];
    }),
  );
  return new Map(found.flat());
}
