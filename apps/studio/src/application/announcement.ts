import type { PayloadOf } from '@stead/contracts/messaging';
import { publicationChanged, publicationPasswordChanged, type shareLinkChanged } from '@stead/contracts/studio';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { Publication } from '../domain/publication';
import type { ShareLink } from '../domain/share-link';

/** In the transaction of the change. `before`: null where it was made. */
export async function announce(tx: Tx, outbox: Outbox, before: Publication | null, publication: Publication): Promise<void> {
  const { workspaceId, id: publicationId, revision, passwordHash } = publication;
  await outbox.add(tx, workspaceId, publicationChanged, announcementOf(publication));
  if (passwordHash !== (before?.passwordHash ?? null))
    await outbox.add(tx, workspaceId, publicationPasswordChanged, { publicationId, revision, passwordHash });
}

/** What the rest of the system is told of a publication: all that a reader needs, and the revision that orders it. */
function announcementOf(publication: Publication): PayloadOf<typeof publicationChanged> {
  const { id: publicationId, revision, visibility, embedSites, preview, photos, title, spaceMapId } = publication;
  const { version, scene } = publication.edition;
  return {
    publicationId,
    revision,
    state: publication.state === 'published' ? 'published' : 'unpublished',
    ...{ visibility, preview, photos },
    embedSites: embedSites === null ? null : [...embedSites],
    title,
    spaceMapId,
    versionId: version.id,
    bundlePrefix: version.bundlePrefix,
    manifestSha256: version.manifestSha256,
    contents: scene?.contents ?? null,
  };
}

export function announcementOfLink(link: ShareLink): PayloadOf<typeof shareLinkChanged> {
  const { id: linkId, publicationId, revision, state, passwordHash, expiresAt, viewsMax, download } = link;
  return {
    ...{ linkId, publicationId, revision, state, passwordHash, viewsMax, download },
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}
