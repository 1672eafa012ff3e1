import { requestRun } from '@stead/contracts/dispatcher';
import { mapVersionChanged, type CreateSpaceMapBody } from '@stead/contracts/space-maps';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import { resolveDeadline, resolveOptions, runRequestOf } from './build-request';
import type { FindCapture } from './find-capture';
import type { SpaceMapStore, UnitOfWork } from './ports';
import { spaceMapError } from '../domain/errors';
import type { MapVersion, SpaceMap } from '../domain/map-version';

/** Makes a map and asks for the run of its first version, in one transaction. */
export class CreateSpaceMap {
  constructor(
    private readonly work: UnitOfWork,
    private readonly maps: SpaceMapStore,
    private readonly findCapture: FindCapture,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** `id` is the same for each repetition of the request, so a repeated one finds the map that is there. */
  async run(actor: WorkspaceActor, id: string, body: CreateSpaceMapBody): Promise<{ map: SpaceMap; latest: MapVersion }> {
    const { workspaceId } = actor;
    const deadline = resolveDeadline(body.deadline, this.clock.now());
    const capture = await this.findCapture.run(actor, body.captureId);
    return this.work.tenant(workspaceId, async (tx) => {
      const createdAt = this.clock.now();
      const map: SpaceMap = { id, workspaceId, name: body.name, liveVersionId: null, revision: 1, createdAt };
      if (!(await this.maps.insertMap(tx, map))) {
        const there = await this.maps.findMap(tx, workspaceId, id);
        const [latest] = await this.maps.listVersions(tx, workspaceId, id);
        if (there === null || latest === undefined) throw spaceMapError['space-map-not-found']();
        return { map: there, latest };
      }
      const latest = newVersion(
        map,
        1,
        { captureId: body.captureId, preset: body.preset, options: resolveOptions(body) },
        createdAt,
      );
      await this.maps.insertVersion(tx, latest);
      await this.outbox.add(
        tx,
        workspaceId,
        requestRun,
        runRequestOf(map, latest, capture, { deadline, priority: body.priority }, null),
      );
      await this.outbox.add(tx, workspaceId, mapVersionChanged, announcementOf(map, latest));
      return { map, latest };
    });
  }
}

/** A version that has just been asked for. */
export function newVersion(
  map: SpaceMap,
  number: number,
  build: Pick<MapVersion, 'captureId' | 'preset' | 'options'>,
  createdAt: Date,
): MapVersion {
  return {
    id: newId(),
    workspaceId: map.workspaceId,
    spaceMapId: map.id,
    number,
    ...build,
    runId: newId(),
    state: 'requested',
    revision: 1,
    runRevision: 0,
    cluster: null,
    why: null,
    result: null,
    failure: null,
    createdAt,
    finishedAt: null,
  };
}

export function announcementOf(
  map: Pick<SpaceMap, 'name'>,
  version: MapVersion,
): {
  spaceMapId: string;
  versionId: string;
  runId: string;
  number: number;
  name: string;
  revision: number;
  state: MapVersion['state'];
} {
  const { spaceMapId, id: versionId, runId, number, revision, state } = version;
  return { spaceMapId, versionId, runId, number, name: map.name, revision, state };
}
