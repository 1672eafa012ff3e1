import { runParamsSchema } from '@stead/contracts/pipeline';
import type { RunParams, StepName } from '@stead/contracts/pipeline';
import { ConfigError } from '@stead/platform/config';
import { S3ObjectStore } from '@stead/platform/object-store';
import { ConsoleSink } from '../adapters/console-sink';
import { FolderBlobs } from '../adapters/folder-blobs';
import { ProcessTools } from '../adapters/process-tools';
import { S3Blobs } from '../adapters/s3-blobs';
import { SealedBlobs } from '../adapters/sealed-blobs';
import type { Blobs } from '../application/ports';
import { Reporter } from '../application/reporter';
import { runStep } from '../application/run-step';
import { StepError } from '../application/step';
import { exitCodeOf, toFailure } from '../application/step-outcome';
import { loadConfig, loadStoreConfig, loadVaultKeys } from '../config';
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
  const now = (): Date => new Date();
  try {
    const config = loadConfig(world.env);
    const params = parseParams(given.params ?? config.params);
    const store = given.store === null ? s3Blobs(world) : new FolderBlobs(given.store);
    const blobs = new SealedBlobs(store, params, loadVaultKeys(world.env));
    return await runStep(loadStep(name, config), params, {
      blobs,
      tools: new ProcessTools(world.env),
      sink: new ConsoleSink(process.stdout, config.progressFile),
      tempFolder: config.tempFolder,
      signal: world.signal,
      now,
    });
  } catch (error) {
    // There is no run or no store to file this under; it can only be said.
    const failure = toFailure(name, error instanceof ConfigError ? asStepError(error) : error);
    new Reporter(name, new ConsoleSink(process.stdout, null), now).failed(failure);
    return exitCodeOf(failure);
  }
}

function s3Blobs(world: World): Blobs {
  return new S3Blobs(new S3ObjectStore(loadStoreConfig(world.env)), world.signal);
}

/** The installation is at fault and not the capture: the run can be tried again once it is corrected. */
function asStepError(error: ConfigError): StepError {
  return new StepError('installation', 'config-invalid', error.message);
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
