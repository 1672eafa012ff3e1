import type { Readable } from 'node:stream';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { publicationChanged, StoredContents, Visibility } from '@stead/contracts/studio';

/** A publication that visitors may see, in the revision that is in force. */
export interface Published {
  id: string;
  title: string;
  visibility: Visibility;
  versionId: string;
  bundlePrefix: string;
  manifestSha256: string;
  /** The scene that is shown over the version. */
  contents: StoredContents | null;
}

export interface PublishedInList extends Published {
  sortId: string;
  publishedAt: Date;
}

/** What is published, as far as visitors may know. An answer is never older than a second. */
export abstract class PublicationReader {
  abstract find(id: string): Promise<Published | null>;
  abstract listPublic(before: string | null, limit: number): Promise<PublishedInList[]>;
}

export abstract class PublicationWriter {
  /** Keeps the newest revision, and tells the readers of every process. */
  abstract apply(workspaceId: string, news: PayloadOf<typeof publicationChanged>): Promise<void>;
}

/** Bytes of bundles. Both throw `publication-not-ready` where nothing is. */
export abstract class BundleFiles {
  abstract read(key: string, bytesMax: number): Promise<Buffer>;
  abstract stream(key: string, range: { start: number; end: number } | null): Promise<Readable>;
}
