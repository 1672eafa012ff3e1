import { createHash } from 'node:crypto';
import type { PublishedScene, StoredContents } from '@stead/contracts/studio';
import { mapBounded } from '@stead/platform/concurrency';
import type { ObjectStore } from '@stead/platform/object-store';
import { PublishedContents } from '../../application/ports';
import { mediaKeys, type Media } from '../../domain/media';

const COPIES_AT_ONCE = 8;

export class S3PublishedContents extends PublishedContents {
  constructor(private readonly store: ObjectStore) {
    super();
  }

  async put(
    workspaceId: string,
    publicationId: string,
    contents: PublishedScene,
    library: readonly Media[],
  ): Promise<StoredContents> {
    const folder = `workspaces/${workspaceId}/publications/${publicationId}/`;
    const known = new Map(library.map((media) => [media.id, media]));
    // Before the file that names them.
    await mapBounded(contents.media, COPIES_AT_ONCE, async ({ id, path, sha256 }) => {
      const media = known.get(id);
      if (media === undefined || media.extension === null || (await this.store.head(folder + path)) !== null) return;
      await this.store.copy(mediaKeys.shown(media, { sha256, extension: media.extension }), folder + path);
    });
    const bytes = Buffer.from(JSON.stringify(contents));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = `${folder}${sha256}.json`;
    await this.store.put(key, bytes, { mediaType: 'application/json' });
    return { key, sha256, bytes: bytes.length };
  }
}
