import type { MapVersionView, SpaceMapView } from '@stead/contracts/space-maps';
import type { MapVersion, SpaceMap } from '../../domain/map-version';

export function presentSpaceMap(map: SpaceMap, latest: MapVersion): SpaceMapView {
  return {
    id: map.id,
    name: map.name,
    liveVersionId: map.liveVersionId,
    latestVersion: presentVersion(latest),
    createdAt: map.createdAt.toISOString(),
  };
}

export function presentVersion(version: MapVersion): MapVersionView {
  const { id, spaceMapId, number, redactionOf, captureId, runId, preset, options, state, cluster, why, failure } = version;
  return {
    ...{ id, spaceMapId, number, redactionOf, captureId, runId, preset, options, state, cluster, why, failure },
    quality: version.result?.quality ?? null,
    bytes: version.result?.bytes ?? null,
    createdAt: version.createdAt.toISOString(),
    finishedAt: version.finishedAt?.toISOString() ?? null,
  };
}
