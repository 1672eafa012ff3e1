import type { CaptureKind } from '@stead/contracts/pipeline';
import type { CaptureProblem, CaptureState, OriginalsState } from '@stead/contracts/workspaces';

export interface Capture {
  id: string;
  workspaceId: string;
  name: string;
  kind: CaptureKind;
  state: CaptureState;
  revision: number;
  allowPartial: boolean;
  problems: CaptureProblem[];
  originals: OriginalsState;
  originalsErasedAt: Date | null;
  createdAt: Date;
}

export type FileState = 'pending' | 'stored' | 'verified' | 'rejected';

export interface CaptureFile {
  id: string;
  captureId: string;
  workspaceId: string;
  /** Order in which the files were named. */
  position: number;
  name: string;
  bytes: number;
  sha256: string;
  mediaType: string;
  state: FileState;
  uploadId: string | null;
}

/** What the owner of a bad file reads: what is wrong, and what to do. */
export interface FileProblem {
  code: string;
  detail: string;
  fix: string;
  severity: 'error' | 'warning';
}

/** What a probe found out about one file. */
export interface FileReport {
  mediaType: string;
  problems: FileProblem[];
  width: number | null;
  height: number | null;
  focalPx: number | null;
  hasGps: boolean;
  takenAt: string | null;
  /** Variance of the Laplacian at 480 px: higher is sharper. */
  sharpness: number | null;
  /** 64-bit difference hash, hexadecimal: near-duplicates differ in few bits. */
  likeness: string | null;
  /** What a point cloud's header claims. */
  points: number | null;
  seconds: number | null;
}
