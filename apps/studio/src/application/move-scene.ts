import { randomUUID } from 'node:crypto';
import type { WorkspaceActor } from '@stead/platform/auth';
import { requireMatch } from '@stead/platform/revision';
import { everyElement } from './every-element';
import type { MapVersionStore, UnitOfWork } from './ports';
import { unreadable } from './read-scene';
import type { SceneEdits } from './scene-edits';
import type { ElementStore, MapFrames, SceneStore } from './scene-ports';
import { studioError } from '../domain/errors';
import { movedScene } from '../domain/move-scene';
import type { KnownMapVersion } from '../domain/publication';
import type { Scene } from '../domain/scene';
import { alignmentOf } from '../domain/version-alignment';

/** Brings what hangs in one version of a map into another: the map was made anew, and the scene is not. */
export class MoveScene {
  constructor(
    private readonly work: UnitOfWork,
    private readonly scenes: SceneStore,
    private readonly elements: ElementStore,
    private readonly versions: MapVersionStore,
    private readonly frames: MapFrames,
    private readonly edits: SceneEdits,
  ) {}

  /** `versionId`: null for the newest version. One revision, which can be undone like any other. */
  async run(actor: WorkspaceActor, id: string, versionId: string | null, ifMatch: string | null): Promise<Scene> {
    const { from, to } = await this.ends(actor, id, versionId, ifMatch);
    if (from.id === to.id) return this.edits.locked(actor, id, (_tx, scene) => Promise.resolve(scene));
    // Outside of the transaction: the store may be slow.
    const [before, after] = await Promise.all([this.frames.placementOf(from), this.frames.placementOf(to)]);
    if (before === null || after === null) throw unreadable();
    const alignment = alignmentOf(before, after);
    return this.edits.locked(actor, id, async (tx, scene) => {
      requireMatch(ifMatch, scene.revision);
      if (scene.version.id !== from.id) throw studioError['scene-changed']('Somebody else has moved it; read it again');
      const found = (await everyElement(tx, this.elements, scene)).map(({ element }) => element);
      const { edit, attention } = movedScene(scene, found, alignment, { versionId: to.id, bounds: after.bounds });
      return this.edits.keep(tx, actor, scene, edit, { cause: 'move', of: null, changeId: randomUUID() }, attention);
    });
  }

  private ends(
    { workspaceId }: WorkspaceActor,
    id: string,
    versionId: string | null,
    ifMatch: string | null,
  ): Promise<{ from: KnownMapVersion; to: KnownMapVersion }> {
    return this.work.tenant(workspaceId, async (tx) => {
      const scene = await this.scenes.find(tx, workspaceId, id);
      if (scene === null) throw studioError['scene-not-found']();
      requireMatch(ifMatch, scene.revision);
      const to = await this.versions.hold(tx, workspaceId, scene.spaceMapId, versionId);
      if (to === null)
        throw studioError['map-version-not-found'](`Its map has no version ${versionId ?? ''} that is ready`.replace('  ', ' '));
      return { from: scene.version, to };
    });
  }
}
