import type { PlacementPolicy, requestRun } from '@stead/contracts/dispatcher';
import {
  ENTRYPOINTS,
  PIPELINE,
  PRESETS,
  type Entrypoint,
  type PipelineOptions,
  type Preset,
  type StepName,
} from '@stead/contracts/pipeline';
import type { PayloadOf } from '@stead/contracts/messaging';
import { spaceMapError } from '../domain/errors';
import type { CaptureSize, KnownCapture, MapVersion, SpaceMap } from '../domain/map-version';

/** The preset's options with the owner's own on top. */
export function resolveOptions(settings: { preset: Preset; options?: Partial<PipelineOptions> | undefined }): PipelineOptions {
  return { ...PRESETS[settings.preset], ...settings.options };
}

/** A deadline in UTC that still lies ahead, or null. */
export function resolveDeadline(deadline: string | undefined, now: Date): string | null {
  if (deadline === undefined) return null;
  const at = new Date(deadline);
  if (at <= now) {
    throw spaceMapError['deadline-passed'](`It is ${now.toISOString()} now`, {
      errors: [{ pointer: '/deadline', detail: 'Name a moment in the future, or leave the field out' }],
    });
  }
  return at.toISOString();
}

export function checkStep(kind: KnownCapture['kind'], step: StepName | undefined): void {
  if (step !== undefined && !ENTRYPOINTS[kind].includes(step)) {
    throw spaceMapError['step-unknown'](`A build from ${kind} has the steps ${ENTRYPOINTS[kind].join(', ')}`, {
      errors: [{ pointer: '/fromStep', detail: `Use one of ${ENTRYPOINTS[kind].join(', ')}` }],
    });
  }
}

/** How soon, and at what price. */
export interface Urgency {
  deadline: string | null;
  priority: number;
  /** The workspace's policy where it is left out. */
  placement?: PlacementPolicy | undefined;
}

/** What is done, and how much of it. */
export interface Job {
  entrypoint: Entrypoint;
  size: CaptureSize;
}

export function buildFrom(capture: KnownCapture): Job {
  return { entrypoint: capture.kind, size: capture };
}

/** What the dispatcher is asked for. */
export function runRequestOf(
  map: Pick<SpaceMap, 'name'>,
  version: Pick<MapVersion, 'runId' | 'captureId' | 'options'>,
  { entrypoint, size }: Job,
  urgency: Urgency,
  reuse: { runId: string; fromStep: StepName | null } | null,
): PayloadOf<typeof requestRun> {
  return {
    runId: version.runId,
    pipeline: PIPELINE,
    entrypoint,
    captureId: version.captureId,
    options: version.options,
    title: map.name,
    priority: urgency.priority,
    deadline: urgency.deadline,
    features: { files: size.files, megapixels: size.megapixels, points: size.points, bytes: size.bytes },
    reuse,
    placement: urgency.placement ?? null,
  };
}
