import type { WorkspaceActor } from '@stead/platform/auth';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import { basisOf } from './basis';
import type { PublishedContents, UnitOfWork } from './ports';
import type { ElementStore, MapFrames, SceneStore, StoredElement } from './scene-ports';
import { derive, scaleOf, type Basis } from '../domain/derive';
import { studioError } from '../domain/errors';
import type { Edition, KnownMapVersion } from '../domain/publication';
import { publishedSceneOf } from '../domain/published-scene';
import type { Scene } from '../domain/scene';

const PAGE = 500;

interface Whole {
  scene: Scene;
  elements: StoredElement[];
  basis: Basis;
}

/** Makes of a scene, as it is at this moment, what a publication can show. */
export class TakeEdition {
  constructor(
    private readonly work: UnitOfWork,
    private readonly scenes: SceneStore,
    private readonly elements: ElementStore,
    private readonly frames: MapFrames,
    private readonly contents: PublishedContents,
  ) {}

  /** Its file lies in the store when this returns; a file that no edition comes to name does no harm. */
  async of(actor: WorkspaceActor, publicationId: string, spaceMapId: string, sceneId: string): Promise<Edition> {
    const { scene, elements, basis } = await this.read(actor, sceneId);
    if (scene.spaceMapId !== spaceMapId)
      throw studioError['scene-of-another-map'](`Scene ${sceneId} is of map ${scene.spaceMapId}`);
    const frame = await this.frames.of(scene.version);
    if (frame === null) throw studioError['map-version-unreadable']('Its manifest cannot be read now; try again in a moment');
    const hung = elements.map(({ element }) => ({ element, derived: derive(element, frame, basis) }));
    const published = publishedSceneOf(scene, hung, scaleOf(frame, basis.calibration)?.metresPerUnit ?? null);
    const contents = await this.contents.put(actor.workspaceId, publicationId, published);
    return editionOf(scene.version, { id: sceneId, revision: scene.revision, elements: published.elements.length, contents });
  }

  private read({ workspaceId }: WorkspaceActor, sceneId: string): Promise<Whole> {
    return this.work.tenant(workspaceId, async (tx) => {
      // Locked: all of its pages are of one revision.
      const scene = await this.scenes.find(tx, workspaceId, sceneId, { lock: true });
      if (scene === null) throw studioError['scene-not-found']();
      const elements = await this.all(tx, scene);
      return { scene, elements, basis: basisOf(elements.map(({ element }) => element)) };
    });
  }

  private async all(tx: Tx, scene: Scene): Promise<StoredElement[]> {
    const found: StoredElement[] = [];
    for (;;) {
      const page = await this.elements.list(tx, scene, { after: found.at(-1)?.element.id ?? null, limit: PAGE });
      found.push(...page);
      if (page.length < PAGE) return found;
    }
  }
}

/** `scene`: null where a map is shown without one. */
export function editionOf(version: KnownMapVersion, scene: Edition['scene']): Edition {
  return { id: newId(), version, scene };
}
