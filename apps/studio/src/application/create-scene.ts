import type { CreateSceneBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Tx } from '@stead/platform/postgres';
import type { MapVersionStore, UnitOfWork } from './ports';
import type { SceneStore } from './scene-ports';
import { studioError } from '../domain/errors';
import type { KnownMapVersion } from '../domain/publication';
import type { Scene } from '../domain/scene';

/** An empty scene over a version of a map. */
export class CreateScene {
  constructor(
    private readonly work: UnitOfWork,
    private readonly scenes: SceneStore,
    private readonly versions: MapVersionStore,
    private readonly clock: Clock,
  ) {}

  /** `requestId` is the same for each repetition of the request, so a repeated one finds the scene that is there. */
  async run({ workspaceId, id: by }: WorkspaceActor, requestId: string, body: CreateSceneBody): Promise<Scene> {
    return this.work.tenant(workspaceId, async (tx) => {
      const version = await this.versions.hold(tx, workspaceId, body.spaceMapId, body.versionId ?? null);
      if (version === null) throw missing(body);
      return this.make(tx, { workspaceId, requestId, version, name: body.name ?? version.name, by });
    });
  }

  /** The first scene of a map, so that there is something to edit as soon as there is something to see. */
  async draft(tx: Tx, workspaceId: string, version: KnownMapVersion): Promise<void> {
    if (await this.scenes.hasOfMap(tx, workspaceId, version.spaceMapId)) return;
    // Named after the map, so that two versions that are ready at the same moment make one scene.
    await this.make(tx, { workspaceId, requestId: version.spaceMapId, version, name: version.name, by: 'stead' });
  }

  private async make(
    tx: Tx,
    { workspaceId, requestId, version, name, by }: Pick<Scene, 'workspaceId' | 'requestId' | 'version' | 'name'> & { by: string },
  ): Promise<Scene> {
    const now = this.clock.now();
    const scene: Scene = {
      ...{ id: newId(), workspaceId, requestId, spaceMapId: version.spaceMapId, version, name },
      ...{ start: null, revision: 1, elements: 0, attention: 0, createdAt: now, changedAt: now },
    };
    if (await this.scenes.insert(tx, scene, by)) return scene;
    const there = await this.scenes.findByRequest(tx, workspaceId, requestId);
    if (there === null) throw studioError['scene-changed']('Repeat the request');
    return there;
  }
}

function missing({ spaceMapId, versionId }: CreateSceneBody): Error {
  if (versionId !== undefined)
    return studioError['map-version-not-found'](`Map ${spaceMapId} has no version ${versionId} that is ready`);
  return studioError['space-map-not-ready']('Wait until a version of the map is ready, and that it exists');
}
