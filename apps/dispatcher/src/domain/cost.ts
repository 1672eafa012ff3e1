import { gpuShare, type Resources } from '@stead/platform/capacity';
import type { StepStatus } from './step-progress';

/** Physical GPUs that a request names; a slice of one counts for its part. */
export function gpusOf(request: Resources): number {
  return Object.entries(request).reduce((sum, [name, amount]) => sum + amount * (gpuShare(name) ?? 0), 0);
}

/** Seconds in which steps held GPUs, times the GPUs that they held. Steps that run count until now. */
export function gpuSecondsOf(steps: readonly StepStatus[], gpusOfStep: (name: string) => number, nowMs: number): number {
  return steps.reduce((sum, step) => sum + gpusOfStep(step.name) * secondsOf(step, nowMs), 0);
}

export function secondsOf(step: Pick<StepStatus, 'startedAt' | 'finishedAt' | 'state'>, nowMs: number): number {
  if (step.startedAt === null || step.state === 'waiting' || step.state === 'skipped') return 0;
  return Math.max(0, ((step.finishedAt?.getTime() ?? nowMs) - step.startedAt.getTime()) / 1000);
}

export function costOf(gpuSeconds: number, pricePerGpuHour: number): number {
  return (gpuSeconds / 3600) * pricePerGpuHour;
}
