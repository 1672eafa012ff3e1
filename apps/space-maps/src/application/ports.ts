import type { RunFailure, RunResult } from '@stead/contracts/dispatcher';
import type { MapVersionState } from '@stead/contracts/space-maps';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { CaptureSize, KnownCapture, MapVersion, SpaceMap } from '../domain/map-version';

/** One transaction that sees one workspace; stores and the outbox write through it. */
export abstract class UnitOfWork {
  abstract tenant<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface VersionChange {
  state: MapVersionState;
  runRevision: number;
  cluster: string | null;
  why: string | null;
  result: RunResult | null;
  failure: RunFailure | null;
  finishedAt: Date | null;
}

/** The newest first. */
export interface MapPage {
  /** The last map of the page before. */
  before: string | null;
  limit: number;
  /** Contained in the name, whatever the case. */
  name?: string | undefined;
  /** Of the newest version. */
  state?: MapVersionState | undefined;
  /** Of any version. */
  runId?: string | undefined;
}

export abstract class SpaceMapStore {
  /** False when the id is taken: the request was repeated. */
  abstract insertMap(tx: SqlExecutor, map: SpaceMap): Promise<boolean>;
  abstract findMap(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<SpaceMap | null>;
  abstract listMaps(tx: Tx, workspaceId: string, page: MapPage): Promise<{ map: SpaceMap; latest: MapVersion }[]>;
  abstract rename(tx: SqlExecutor, workspaceId: string, id: string, name: string): Promise<void>;
  abstract setLive(tx: SqlExecutor, workspaceId: string, id: string, versionId: string | null): Promise<void>;
  abstract markDeleted(tx: SqlExecutor, workspaceId: string, id: string): Promise<void>;

  abstract insertVersion(tx: SqlExecutor, version: MapVersion): Promise<void>;
  abstract findVersion(tx: Tx, workspaceId: string, id: string): Promise<MapVersion | null>;
  abstract findVersionByRun(tx: Tx, workspaceId: string, runId: string): Promise<MapVersion | null>;
  abstract listVersions(tx: Tx, workspaceId: string, spaceMapId: string): Promise<MapVersion[]>;
  /** The newest one that is ready and differs from this one in what is covered alone. */
  abstract findRedactionOf(tx: Tx, workspaceId: string, versionId: string): Promise<MapVersion | null>;
  /** Of every map, deleted ones too. */
  abstract listVersionsOfCapture(tx: Tx, workspaceId: string, captureId: string): Promise<MapVersion[]>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract changeVersion(tx: SqlExecutor, version: MapVersion, change: VersionChange): Promise<boolean>;
}

export abstract class CaptureStore {
  abstract find(tx: Tx, workspaceId: string, captureId: string): Promise<KnownCapture | null>;
  /** What was known of its size, also after it was deleted. */
  abstract sizeOf(tx: Tx, workspaceId: string, captureId: string): Promise<CaptureSize | null>;
  /** Keeps the newest revision of what was announced. */
  abstract remember(tx: SqlExecutor, workspaceId: string, capture: KnownCapture, revision: number): Promise<void>;
  /** Its files are gone. May be heard before the capture itself. */
  abstract markErased(tx: SqlExecutor, workspaceId: string, captureId: string): Promise<void>;
  abstract forget(tx: SqlExecutor, workspaceId: string, captureId: string): Promise<void>;
}

/** The owner of captures, asked when its announcement has not arrived yet. */
export abstract class CaptureOwner {
  /** Null where the workspace has no such capture. */
  abstract ask(
    actor: WorkspaceActor,
    captureId: string,
  ): Promise<{ capture: KnownCapture; verified: boolean; state: string } | null>;
}
