import { createHash } from 'node:crypto';
import type { PipelineOptions, StepRecord } from '@stead/contracts/pipeline';
import type { Step } from './step';

/**
 * Equal for two executions of a step whose results may stand for each other: the same step and version, the same values of
 * the options it reads, the same source (the capture's manifest; for a redaction its plan and the bundle that it changes) and the same
 * results of the steps before it.
 */
export function inputsHash(step: Step, options: PipelineOptions, sourceSha256: string, inputs: readonly StepRecord[]): string {
  const described = {
    step: step.name,
    version: step.version,
    fingerprint: step.fingerprint ?? null,
    options: [...step.optionsRead].sort().map((name) => [name, options[name]]),
    capture: sourceSha256,
    inputs: [...inputs]
      .sort((a, b) => compare(a.step, b.step))
      .map((record) => ({
        step: record.step,
        files: record.files.map((file) => [file.path, file.sha256]).sort(([a = ''], [b = '']) => compare(a, b)),
        metrics: Object.entries(record.metrics).sort(([a], [b]) => compare(a, b)),
      })),
  };
  return createHash('sha256').update(JSON.stringify(described)).digest('hex');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
