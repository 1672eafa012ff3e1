import type { Attention, Element, ElementKind } from '@stead/contracts/studio';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { Frame } from '../domain/derive';
import type { KnownMapVersion } from '../domain/publication';
import type { Revision, SceneRevision } from '../domain/revision';
import type { Scene, SceneEdit } from '../domain/scene';
import type { Placement } from '../domain/version-alignment';

export interface ScenePage {
  spaceMapId: string | null;
  /** Scenes before this one in the order of the list, the newest first. */
  before: string | null;
  limit: number;
}

export abstract class SceneStore {
  /** With its first revision. False when the request that makes it has made one before. */
  abstract insert(tx: SqlExecutor, scene: Scene, by: string): Promise<boolean>;
  abstract find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Scene | null>;
  abstract findByRequest(tx: Tx, workspaceId: string, requestId: string): Promise<Scene | null>;
  abstract list(tx: Tx, workspaceId: string, page: ScenePage): Promise<Scene[]>;
  /** Over that version, locked. */
  abstract lockOfVersion(tx: Tx, workspaceId: string, versionId: string): Promise<Scene[]>;
  abstract hasOfMap(tx: Tx, workspaceId: string, spaceMapId: string): Promise<boolean>;
  /** The scene at its next revision, and that revision; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, scene: Scene, next: Scene, revision: Revision): Promise<boolean>;
  abstract delete(tx: SqlExecutor, workspaceId: string, id: string): Promise<boolean>;
  abstract deleteOfMap(tx: SqlExecutor, workspaceId: string, spaceMapId: string): Promise<void>;
}

export abstract class RevisionStore {
  abstract ofChange(tx: Tx, scene: Scene, changeId: string): Promise<number | null>;
  abstract find(tx: Tx, scene: Scene, number: number): Promise<Revision | null>;
  /** Without what they changed, the newest first; `before` is a change. */
  abstract list(tx: Tx, scene: Scene, page: { before: string | null; limit: number }): Promise<SceneRevision[]>;
  /** Edits that lead from one revision to a later one, in their order; `limit` at most. */
  abstract editsBetween(tx: Tx, scene: Scene, from: number, to: number, limit: number): Promise<SceneEdit[]>;
  /** The newest one that is no undoing, and that nobody has undone. */
  abstract newestToUndo(tx: Tx, scene: Scene): Promise<number | null>;
  abstract markUndone(tx: SqlExecutor, scene: Scene, number: number, by: number): Promise<void>;
}

export interface ElementPage {
  after: string | null;
  limit: number;
  /** Only those that need it. */
  attention: boolean;
}

export interface StoredElement {
  element: Element;
  /** Of the scene, when it was put there. */
  revision: number;
  attention: Attention | null;
}

export abstract class ElementStore {
  abstract findAll(tx: Tx, scene: Scene, ids: readonly string[]): Promise<Element[]>;
  abstract kindsOf(tx: Tx, scene: Scene, ids: readonly string[]): Promise<Map<string, ElementKind>>;
  /** Which elements speak of these. */
  abstract referrersOf(tx: Tx, scene: Scene, ids: readonly string[]): Promise<{ id: string; to: string }[]>;
  abstract calibrationOf(tx: Tx, scene: Scene): Promise<string | null>;
  /** What is put needs attention where that says so, and none otherwise. */
  abstract apply(
    tx: SqlExecutor,
    scene: Scene,
    edit: SceneEdit,
    revision: number,
    attention?: ReadonlyMap<string, Attention>,
  ): Promise<void>;
  /** Somebody has looked at it. False where there is no such element. */
  abstract settle(tx: SqlExecutor, scene: Scene, id: string): Promise<boolean>;
  /** Ordered by id. */
  abstract list(tx: Tx, scene: Scene, page: ElementPage): Promise<StoredElement[]>;
}

/** What map versions say of their frames. */
export abstract class MapFrames {
  /** Null while it cannot be read. */
  abstract of(version: KnownMapVersion): Promise<Frame | null>;
  abstract placementOf(version: KnownMapVersion): Promise<Placement | null>;
}

/** What may be in the HTML of a text, and what not. */
export abstract class RichText {
  /** The text without what is not kept; null and why, where it has something that must not be there at all. */
  abstract clean(html: string): { html: string } | { refused: string };
}
