import { createHash } from 'node:crypto';
import type { PublishedScene, StoredContents } from '@stead/contracts/studio';
import type { ObjectStore } from '@stead/platform/object-store';
import { PublishedContents } from '../../application/ports';

export class S3PublishedContents extends PublishedContents {
  constructor(private readonly store: ObjectStore) {
    super();
  }

  async put(workspaceId: string, publicationId: string, contents: PublishedScene): Promise<StoredContents> {
    const bytes = Buffer.from(JSON.stringify(contents));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = `workspaces/${workspaceId}/publications/${publicationId}/${sha256}.json`;
    await this.store.put(key, bytes, { mediaType: 'application/json' });
    return { key, sha256, bytes: bytes.length };
  }
}
