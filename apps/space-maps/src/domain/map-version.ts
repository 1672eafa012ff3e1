import type { RunFailure, RunResult, RunState } from '@stead/contracts/dispatcher';
import type { CaptureKind, PipelineOptions, Preset } from '@stead/contracts/pipeline';
import type { MapVersionState } from '@stead/contracts/space-maps';
import type { MapVersionEvent } from './map-version.machine';

/** One immutable result of one run. Only its state and result change, and only until it is final. */
export interface MapVersion {
  id: string;
  workspaceId: string;
  spaceMapId: string;
  /** 1, 2, 3 … within its map. */
  number: number;
  /** The version of which it differs in what is covered alone: made from the bundle of that one, not from the capture. */
  redactionOf: string | null;
  captureId: string;
  runId: string;
  preset: Preset;
  options: PipelineOptions;
  state: MapVersionState;
  revision: number;
  /** Revision of the run that was seen last: older news is dropped. */
  runRevision: number;
  cluster: string | null;
  why: string | null;
  result: RunResult | null;
  failure: RunFailure | null;
  createdAt: Date;
  finishedAt: Date | null;
}

export interface SpaceMap {
  id: string;
  workspaceId: string;
  name: string;
  liveVersionId: string | null;
  revision: number;
  createdAt: Date;
}

/** How much work a capture is. */
export interface CaptureSize {
  files: number;
  bytes: number;
  megapixels: number | null;
  points: number | null;
}

/** What space-maps knows of a capture: a copy of what its owner announced. */
export interface KnownCapture extends CaptureSize {
  id: string;
  name: string;
  kind: CaptureKind;
  /** Nobody can build from it any more. */
  erased: boolean;
}

/** A version that was refused before a run was asked for: the dispatcher knows nothing of it. */
export function neverHadRun({ state, runRevision }: MapVersion): boolean {
  return state === 'failed' && runRevision === 0;
}

/** What a run's state means for its version. */
export function eventOfRun(state: RunState): MapVersionEvent {
  switch (state) {
    case 'queued':
      return 'enqueue';
    case 'dispatching':
    case 'active':
    case 'uncertain':
    case 'verifying':
      return 'start';
    case 'succeeded':
      return 'finish';
    case 'failed':
    case 'dead-letter':
      return 'fail';
    case 'cancelled':
      return 'cancelled';
  }
}
