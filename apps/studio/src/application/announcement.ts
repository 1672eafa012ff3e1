import type { PayloadOf } from '@stead/contracts/messaging';
import type { publicationChanged } from '@stead/contracts/studio';
import type { Publication } from '../domain/publication';

/** What the rest of the system is told of a publication: all that a reader needs, and the revision that orders it. */
export function announcementOf(publication: Publication): PayloadOf<typeof publicationChanged> {
  const { id: publicationId, revision, visibility, title, spaceMapId } = publication;
  const { version, scene } = publication.edition;
  return {
    publicationId,
    revision,
    state: publication.state === 'published' ? 'published' : 'unpublished',
    visibility,
    title,
    spaceMapId,
    versionId: version.id,
    bundlePrefix: version.bundlePrefix,
    manifestSha256: version.manifestSha256,
    contents: scene?.contents ?? null,
  };
}
