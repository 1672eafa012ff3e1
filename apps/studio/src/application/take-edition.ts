import type { WorkspaceActor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import { basisOf } from './basis';
import { everyElement } from './every-element';
import type { MediaStore } from './media-ports';
import type { PublishedContents, UnitOfWork } from './ports';
import type { ReviewContents, ReviewStore } from './privacy/ports';
import { unreadable } from './read-scene';
import type { ElementStore, MapFrames, SceneStore, StoredElement } from './scene-ports';
import { derive, scaleOf, type Basis } from '../domain/derive';
import { studioError } from '../domain/errors';
import type { Media } from '../domain/media';
import type { Edition, KnownMapVersion } from '../domain/publication';
import { publishedSceneOf, requireGone } from '../domain/published-scene';
import type { Scene } from '../domain/scene';
import { mediaOf } from '../domain/shown-media';

interface Whole {
  scene: Scene;
  elements: StoredElement[];
  basis: Basis;
  library: Media[];
  /** Parts of the place that are gone from the version: their hashes. */
  gone: ReadonlySet<string>;
}

/** Makes of a scene, as it is at this moment, what a publication can show. */
export class TakeEdition {
  constructor(
    private readonly work: UnitOfWork,
    private readonly scenes: SceneStore,
    private readonly elements: ElementStore,
    private readonly frames: MapFrames,
    private readonly media: MediaStore,
    private readonly reviews: ReviewStore,
    private readonly reviewed: ReviewContents,
    private readonly contents: PublishedContents,
  ) {}

  /** Its file lies in the store when this returns; a file that no edition comes to name does no harm. */
  async of(actor: WorkspaceActor, publicationId: string, spaceMapId: string, sceneId: string): Promise<Edition> {
    const { scene, elements, basis, library, gone } = await this.read(actor, sceneId);
    if (scene.spaceMapId !== spaceMapId)
      throw studioError['scene-of-another-map'](`Scene ${sceneId} is of map ${scene.spaceMapId}`);
    const frame = await this.frames.of(scene.version);
    if (frame === null) throw unreadable();
    const hung = elements.map(({ element }) => ({ element, derived: derive(element, frame, basis) }));
    requireGone(
      elements.map(({ element }) => element),
      gone,
    );
    const published = publishedSceneOf(scene, hung, scaleOf(frame, basis.calibration)?.metresPerUnit ?? null, library);
    const contents = await this.contents.put(actor.workspaceId, publicationId, published, library);
    return editionOf(scene.version, { id: sceneId, revision: scene.revision, elements: published.elements.length, contents });
  }

  private read({ workspaceId }: WorkspaceActor, sceneId: string): Promise<Whole> {
    return this.work.tenant(workspaceId, async (tx) => {
      // Locked: all of its pages are of one revision.
      const scene = await this.scenes.find(tx, workspaceId, sceneId, { lock: true });
      if (scene === null) throw studioError['scene-not-found']();
      const elements = await everyElement(tx, this.elements, scene);
      const ids = elements.flatMap(({ element }) => mediaOf(element)).map(({ mediaId }) => mediaId);
      const library = await this.media.hold(tx, workspaceId, [...new Set(ids)]);
      const review = await this.reviews.ofVersion(tx, workspaceId, scene.version.id);
      const volumes = review === null ? [] : await this.reviewed.volumes(tx, review);
      const gone = new Set(volumes.filter(({ applied }) => applied).map(({ sha256 }) => sha256));
      return { scene, elements, basis: basisOf(elements.map(({ element }) => element)), library, gone };
    });
  }
}

/** `scene`: null where a map is shown without one. */
export function editionOf(version: KnownMapVersion, scene: Edition['scene']): Edition {
  return { id: newId(), version, scene };
}
