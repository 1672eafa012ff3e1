import type { PublicationSettings } from '@stead/contracts/studio';
import type { Publication } from '../../domain/publication';

export function presentPublication(publication: Publication): PublicationSettings {
  const { id, spaceMapId, title, visibility, embedSites, preview, photos, state, earlier } = publication;
  const { version, scene } = publication.edition;
  return {
    ...{ id, spaceMapId, title, visibility, preview, photos, state },
    hasPassword: publication.passwordHash !== null,
    embedSites: embedSites === null ? null : [...embedSites],
    versionId: version.id,
    versionNumber: version.number,
    scene: scene === null ? null : { id: scene.id, revision: scene.revision, elements: scene.elements },
    earlier: earlier.toReversed().map(({ versionId, sceneRevision }) => ({ versionId, sceneRevision })),
    path: `/v/${id}`,
    createdAt: publication.createdAt.toISOString(),
    changedAt: publication.changedAt.toISOString(),
  };
}
