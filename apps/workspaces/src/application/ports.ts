import type { CaptureKind } from '@stead/contracts/pipeline';
import type { CaptureProblem, CaptureState, OriginalsState } from '@stead/contracts/workspaces';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { Capture, CaptureFile, FileReport, FileState } from '../domain/capture';

export abstract class UnitOfWork {
  abstract tenant<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface CaptureChange {
  state: CaptureState;
  problems?: CaptureProblem[];
  allowPartial?: boolean;
  summary?: Record<string, unknown>;
  originals?: OriginalsState;
}

export interface OriginalsChange {
  originals: OriginalsState;
  /** Whether there was a key to destroy: asked before it is, and told once it is. */
  sealed?: boolean;
  erasedAt?: Date;
}

export abstract class CaptureStore {
  /** False when the id is taken: the request was repeated. */
  abstract insert(tx: SqlExecutor, capture: Capture): Promise<boolean>;
  abstract find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Capture | null>;
  abstract list(
    tx: Tx,
    workspaceId: string,
    before: string | null,
    limit: number,
  ): Promise<(Capture & { files: number; bytes: number })[]>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, capture: Capture, change: CaptureChange): Promise<boolean>;
  /** As `change`, of what lies in the store alone. */
  abstract changeOriginals(tx: SqlExecutor, capture: Capture, change: OriginalsChange): Promise<boolean>;
  /** What was found out before the erasure of this capture began. */
  abstract wasSealed(tx: Tx, workspaceId: string, id: string): Promise<boolean>;
  /** Somebody still works on it: its upload is not abandoned. */
  abstract touch(tx: SqlExecutor, workspaceId: string, id: string): Promise<void>;
  abstract files(tx: Tx, workspaceId: string, captureId: string): Promise<CaptureFile[]>;
  abstract insertFile(tx: SqlExecutor, file: CaptureFile): Promise<void>;
  abstract setFile(
    tx: SqlExecutor,
    file: CaptureFile,
    change: { state?: FileState; uploadId?: string | null; mediaType?: string; report?: FileReport },
  ): Promise<void>;
  abstract removeFile(tx: SqlExecutor, file: CaptureFile): Promise<void>;
  /** Where the workspace already has these bytes, verified and not erased. */
  abstract findContent(tx: Tx, workspaceId: string, sha256: string, bytes: number): Promise<CaptureFile | null>;
  /**
   * Bytes of all files of captures that are neither deleted nor erased, and the limit. Locked, nobody else of the workspace takes room before
   * the transaction ends.
   */
  abstract usage(tx: Tx, workspaceId: string, options?: { lock: boolean }): Promise<{ bytes: number; quotaBytes: number }>;
  /** Size of the work, once the capture is verified. */
  abstract summary(tx: Tx, workspaceId: string, id: string): Promise<{ megapixels: number | null; points: number | null }>;
  /** Captures that wait for a probe longer than they should: their message was lost, or its worker died. */
  abstract stalled(olderThanS: number, limit: number): Promise<{ workspaceId: string; id: string; revision: number }[]>;
  /** Captures whose erasure has begun so long ago that whoever did it is gone. */
  abstract halfErased(olderThanS: number, limit: number): Promise<{ workspaceId: string; id: string }[]>;
}

export interface ProbeFile {
  path: string;
  name: string;
  bytes: number;
  kind: CaptureKind;
}

/** Looks into a file that somebody has uploaded, without trusting it. */
export abstract class FileProbe {
  abstract probe(file: ProbeFile): Promise<FileReport>;
}
