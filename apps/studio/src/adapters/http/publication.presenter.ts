import type { PublicationSettings } from '@stead/contracts/studio';
import type { Publication } from '../../domain/publication';

export function presentPublication(publication: Publication): PublicationSettings {
  const { id, spaceMapId, title, visibility, state, version, earlier } = publication;
  return {
    ...{ id, spaceMapId, title, visibility, state },
    versionId: version.id,
    versionNumber: version.number,
    earlierVersionIds: earlier.toReversed(),
    path: `/v/${id}`,
    createdAt: publication.createdAt.toISOString(),
    changedAt: publication.changedAt.toISOString(),
  };
}
