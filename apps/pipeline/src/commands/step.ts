import { EXIT, runParamsSchema } from '@stead/contracts/pipeline';
import type { RunParams, StepFailure, StepName } from '@stead/contracts/pipeline';
import { S3ObjectStore } from '@stead/platform/object-store';
import { ConsoleSink } from '../adapters/console-sink';
import { FolderBlobs } from '../adapters/folder-blobs';
import { ProcessTools } from '../adapters/process-tools';
import { S3Blobs } from '../adapters/s3-blobs';
import type { Blobs } from '../application/ports';
import { Reporter } from '../application/reporter';
import { runStep } from '../application/run-step';
import { StepError } from '../application/step';
import { toFailure } from '../application/step-outcome';
import { loadConfig, loadStoreConfig } from '../config';
import { loadStep } from '../steps/registry';

export interface World {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** `pipeline <step>`: what a container of the workflow runs. */
export async function runOneStep(
  name: StepName,
  given: { params: string | null; store: string | null },
  world: World,
): Promise<number> {
  const config = loadConfig(world.env);
  const sink = new ConsoleSink(process.stdout, config.progressFile);
  let params: RunParams;
  try {
    params = parseParams(given.params ?? config.params);
  } catch (error) {
    // There is no run to file this under; it can only be said.
    const failure: StepFailure = toFailure(name, error);
    new Reporter(name, sink, () => new Date()).failed(failure);
    return EXIT.user;
  }
  const blobs: Blobs =
    given.store === null
      ? new S3Blobs(new S3ObjectStore(loadStoreConfig(world.env)), world.signal)
      : new FolderBlobs(given.store);
  return runStep(loadStep(name, config), params, {
    blobs,
    tools: new ProcessTools(world.env),
    sink,
    tempFolder: config.tempFolder,
    signal: world.signal,
    now: () => new Date(),
  });
}

export function parseParams(text: string | null): RunParams {
  if (text === null) throw new StepError('user', 'params-invalid', 'Give the parameters as JSON in --params or STEAD_PARAMS');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StepError('user', 'params-invalid', `The parameters are not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const parsed = runParamsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(whole)'}: ${issue.message}`);
  throw new StepError('user', 'params-invalid', `The parameters are not valid: ${problems.join('; ')}`);
}
