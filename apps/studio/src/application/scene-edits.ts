import type { Attention } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import type { MediaStore } from './media-ports';
import type { MapVersionStore, UnitOfWork } from './ports';
import type { ElementStore, SceneStore } from './scene-ports';
import { studioError } from '../domain/errors';
import type { KnownMapVersion } from '../domain/publication';
import { referencesOf, requireWhole } from '../domain/references';
import type { RevisionCause } from '../domain/revision';
import { mediaOf, requireUsable } from '../domain/shown-media';
import { growthOf, isEmpty, requireRoom, type Scene, type SceneEdit } from '../domain/scene';

export interface Cause {
  cause: RevisionCause;
  of: number | null;
  changeId: string;
}

/** Makes an edit a revision of its scene: whatever brought it about, it is whole, it fits, and it is kept with what was before. */
export class SceneEdits {
  constructor(
    private readonly work: UnitOfWork,
    private readonly scenes: SceneStore,
    private readonly elements: ElementStore,
    private readonly versions: MapVersionStore,
    private readonly media: MediaStore,
    private readonly clock: Clock,
  ) {}

  locked<T>({ workspaceId }: WorkspaceActor, id: string, edit: (tx: Tx, scene: Scene) => Promise<T>): Promise<T> {
    return this.work.tenant(workspaceId, async (tx) => {
      const scene = await this.scenes.find(tx, workspaceId, id, { lock: true });
      if (scene === null) throw studioError['scene-not-found']();
      return edit(tx, scene);
    });
  }

  /** `attention`: of elements that the edit puts. The others that it puts need none any more. */
  async keep(
    tx: Tx,
    actor: WorkspaceActor,
    scene: Scene,
    edit: SceneEdit,
    cause: Cause,
    attention?: ReadonlyMap<string, Attention>,
  ): Promise<Scene> {
    if (isEmpty(edit)) return scene;
    requireRoom(scene, edit);
    await this.requireWhole(tx, scene, edit);
    await this.requireMedia(tx, scene, edit);
    const at = this.clock.now();
    const next: Scene = {
      ...scene,
      version: edit.version === null ? scene.version : await this.version(tx, scene, edit.version.after),
      name: edit.name?.after ?? scene.name,
      start: edit.start === null ? scene.start : edit.start.after,
      revision: scene.revision + 1,
      elements: scene.elements + growthOf(edit),
      changedAt: at,
    };
    const revision = { number: next.revision, at, by: actor.id, ...cause, undoneBy: null, edit };
    if (!(await this.scenes.change(tx, scene, next, revision)))
      throw studioError['scene-changed']('Read it again and repeat the change');
    await this.elements.apply(tx, scene, edit, next.revision, attention);
    return (await this.scenes.find(tx, scene.workspaceId, scene.id)) ?? next;
  }

  /** Held against deletion until the transaction ends. */
  private async version(tx: Tx, { workspaceId, spaceMapId }: Scene, versionId: string): Promise<KnownMapVersion> {
    const version = await this.versions.hold(tx, workspaceId, spaceMapId, versionId);
    if (version === null) throw studioError['map-version-not-found'](`Its map has no version ${versionId} that is ready`);
    return version;
  }

  /** Held, so that nobody deletes a file at the moment at which it comes to be shown. */
  private async requireMedia(tx: Tx, { workspaceId }: Scene, edit: SceneEdit): Promise<void> {
    const put = [...edit.elements.values()].flatMap(({ after }) => after ?? []);
    const ids = [...new Set(put.flatMap(mediaOf).map(({ mediaId }) => mediaId))];
    const library = await this.media.hold(tx, workspaceId, ids);
    requireUsable(put, new Map(library.map((media) => [media.id, media])));
  }

  private async requireWhole(tx: Tx, scene: Scene, edit: SceneEdit): Promise<void> {
    const put = [...edit.elements.values()].flatMap(({ after }) => after ?? []);
    const removed = [...edit.elements].filter(([, { after }]) => after === null).map(([id]) => id);
    const spokenOf = [...new Set(put.flatMap(referencesOf).map(({ to }) => to))].filter((id) => !edit.elements.has(id));
    requireWhole(edit, {
      kinds: spokenOf.length === 0 ? new Map() : await this.elements.kindsOf(tx, scene, spokenOf),
      referrers: removed.length === 0 ? [] : await this.elements.referrersOf(tx, scene, removed),
      calibrationId: put.some(({ kind }) => kind === 'calibration') ? await this.elements.calibrationOf(tx, scene) : null,
    });
  }
}
