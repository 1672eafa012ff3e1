import type { MediaKind, MediaProblem } from '@stead/contracts/studio';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { Media, Shown } from '../domain/media';

export interface MediaPage {
  kind: MediaKind | null;
  /** Files before this one in the order of the list, the newest first. */
  before: string | null;
  limit: number;
}

export abstract class MediaStore {
  abstract insert(tx: SqlExecutor, media: Media): Promise<void>;
  abstract find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Media | null>;
  abstract findByRequest(tx: Tx, workspaceId: string, requestId: string): Promise<Media | null>;
  /** Those of the ids that are not deleted, held against that until the transaction ends. */
  abstract hold(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Media[]>;
  /** What was never sent is not listed after a day, nor what is deleted. */
  abstract list(tx: Tx, workspaceId: string, page: MediaPage): Promise<Media[]>;
  abstract count(tx: Tx, workspaceId: string): Promise<number>;
  /** Uploads that were begun before a time and not sent. */
  abstract unsentBefore(tx: Tx, workspaceId: string, time: Date): Promise<Media[]>;
  /** Compare-and-set on the state; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, media: Media, next: Media): Promise<boolean>;
  /** Scenes with elements that name it. */
  abstract scenesThatShow(tx: Tx, workspaceId: string, id: string): Promise<string[]>;
}

export interface Upload {
  path: string;
  bytes: number;
}

/** `path`: of the file as it is to be shown, beside the upload. */
export type MediaVerdict =
  { ok: true; path: string; shown: Omit<Shown, 'bytes' | 'sha256'> } | { ok: false; problem: MediaProblem };

/** Looks into files of strangers, and makes of them what can be shown. */
export abstract class MediaInspector {
  abstract inspect(upload: Upload): Promise<MediaVerdict>;
}
