import type { PublishedScene, StoredContents } from '@stead/contracts/studio';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { Edition, KnownMapVersion, Publication, PublicationChange } from '../domain/publication';
import type { Media } from '../domain/media';
import type { ShareLink } from '../domain/share-link';

/** One transaction that sees one workspace; stores and the outbox write through it. */
export abstract class UnitOfWork {
  abstract tenant<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface PublicationPage {
  spaceMapId: string | null;
  /** Contained in the title, whatever the case. */
  title: string | null;
  /** Publications before this one in the order of the list, the newest first. */
  before: string | null;
  limit: number;
}

export abstract class PublicationStore {
  /** False when the request that makes it has made one before. */
  abstract insert(tx: SqlExecutor, publication: Publication): Promise<boolean>;
  abstract find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<Publication | null>;
  abstract findByRequest(tx: Tx, workspaceId: string, requestId: string): Promise<Publication | null>;
  /** Closed ones are not listed. */
  abstract list(tx: Tx, workspaceId: string, page: PublicationPage): Promise<Publication[]>;
  /** Those of a map that are not closed, locked. */
  abstract lockOfMap(tx: Tx, workspaceId: string, spaceMapId: string): Promise<Publication[]>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, publication: Publication, change: PublicationChange, changedAt: Date): Promise<boolean>;
}

export interface ShareLinkPage {
  /** Links before this one in the order of the list, the newest first. */
  before: string | null;
  limit: number;
}

export abstract class ShareLinkStore {
  abstract insert(tx: SqlExecutor, link: ShareLink): Promise<void>;
  abstract find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<ShareLink | null>;
  abstract findByRequest(tx: Tx, workspaceId: string, requestId: string): Promise<ShareLink | null>;
  /** Revoked ones are not listed. */
  abstract list(tx: Tx, workspaceId: string, publicationId: string, page: ShareLinkPage): Promise<ShareLink[]>;
  abstract countActive(tx: Tx, workspaceId: string, publicationId: string): Promise<number>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, link: ShareLink, next: ShareLink): Promise<boolean>;
}

export abstract class EditionStore {
  abstract insert(
    tx: SqlExecutor,
    publication: Pick<Publication, 'id' | 'workspaceId'>,
    edition: Edition,
    at: Date,
  ): Promise<void>;
  /** Those of the ids whose version is not deleted, held against that until the transaction ends. */
  abstract findAll(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Edition[]>;
}

/** Files that visitors get beside those of a bundle. */
export abstract class PublishedContents {
  /**
   * Under a name out of its bytes: the same contents are the same file. With copies of what it shows of the library, for that may
   * be deleted there.
   */
  abstract put(
    workspaceId: string,
    publicationId: string,
    contents: PublishedScene,
    library: readonly Media[],
  ): Promise<StoredContents>;
}

export abstract class MapVersionStore {
  /**
   * One version of a map, or its newest, held against deletion until the transaction ends: a publication is not made of a map
   * that is going at the same moment.
   */
  abstract hold(tx: Tx, workspaceId: string, spaceMapId: string, versionId: string | null): Promise<KnownMapVersion | null>;
  /** Null where it is not ready, or its map was deleted. */
  abstract find(tx: Tx, workspaceId: string, versionId: string): Promise<KnownMapVersion | null>;
  /** What was forgotten before it was announced stays forgotten. */
  abstract remember(tx: SqlExecutor, workspaceId: string, version: KnownMapVersion): Promise<void>;
  /** Another version stands in for it. */
  abstract forgetOne(tx: SqlExecutor, workspaceId: string, id: string): Promise<void>;
  abstract forget(tx: SqlExecutor, workspaceId: string, spaceMapId: string, ids: readonly string[]): Promise<void>;
}
