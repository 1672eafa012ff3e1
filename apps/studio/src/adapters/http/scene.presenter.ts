import type { SceneDiff, SceneElementView, SceneRevisionView, SceneView } from '@stead/contracts/studio';
import type { ReadElement } from '../../application/read-scene';
import type { SceneRevision } from '../../domain/revision';
import type { Scene, SceneEdit } from '../../domain/scene';

export function presentScene({
  id,
  spaceMapId,
  version,
  name,
  start,
  revision,
  elements,
  attention,
  ...times
}: Scene): SceneView {
  return {
    ...{ id, spaceMapId, versionId: version.id, versionNumber: version.number, name, start, revision, elements, attention },
    createdAt: times.createdAt.toISOString(),
    changedAt: times.changedAt.toISOString(),
  };
}

export function presentElement({ element, revision, derived, attention }: ReadElement): SceneElementView {
  return { element, revision, derived, attention };
}

export function presentRevision({ number, at, by, cause, of, undoneBy, put, removed }: SceneRevision): SceneRevisionView {
  return { number, at: at.toISOString(), by, cause, of, undoneBy, put, removed };
}

export function presentDiff(from: number, to: number, { elements, ...rest }: SceneEdit): SceneDiff {
  return { from, to, elements: [...elements].map(([elementId, change]) => ({ elementId, ...change })), ...rest };
}
