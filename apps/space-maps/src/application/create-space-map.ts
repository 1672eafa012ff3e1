import { requestRun } from '@stead/contracts/dispatcher';
import { mapVersionChanged, type CreateSpaceMapBody } from '@stead/contracts/space-maps';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { buildFrom, resolveDeadline, resolveOptions, runRequestOf } from './build-request';
import type { FindCapture } from './find-capture';
import type { SpaceMapStore, UnitOfWork } from './ports';
import { spaceMapError } from '../domain/errors';
import type { KnownCapture, MapVersion, SpaceMap } from '../domain/map-version';

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
  async run(actor: WorkspaceActor, id: string, body: CreateSpaceMapBody): Promise<Created> {
    const wanted = { id, body, deadline: resolveDeadline(body.deadline, this.clock.now()) };
    const created = await this.work.tenant(actor.workspaceId, async (tx) => {
      const capture = await this.findCapture.known(tx, actor, body.captureId);
      return capture === null ? null : this.create(tx, actor, capture, wanted);
    });
    if (created !== null) return created;
    const capture = await this.findCapture.askOwner(actor, body.captureId);
    return this.work.tenant(actor.workspaceId, (tx) => this.create(tx, actor, capture, wanted));
  }

  private async create(tx: Tx, { workspaceId }: WorkspaceActor, capture: KnownCapture, wanted: Wanted): Promise<Created> {
    const { id, body, deadline } = wanted;
    const createdAt = this.clock.now();
    const map: SpaceMap = { id, workspaceId, name: body.name, liveVersionId: null, revision: 1, createdAt };
    if (!(await this.maps.insertMap(tx, map))) return this.found(tx, workspaceId, id);
    const build = { captureId: body.captureId, preset: body.preset, options: resolveOptions(body) };
    const latest = newVersion(map, 1, build, createdAt);
    const urgency = { deadline, priority: body.priority, placement: body.placement };
    const request = runRequestOf(map, latest, buildFrom(capture), urgency, null);
    await Promise.all([
      this.maps.insertVersion(tx, latest),
      this.outbox.add(tx, workspaceId, requestRun, request),
      this.outbox.add(tx, workspaceId, mapVersionChanged, announcementOf(map, latest)),
    ]);
    return { map, latest };
  }

  private async found(tx: Tx, workspaceId: string, id: string): Promise<Created> {
    const there = await this.maps.findMap(tx, workspaceId, id);
    const [latest] = await this.maps.listVersions(tx, workspaceId, id);
    if (there === null || latest === undefined) throw spaceMapError['space-map-not-found']();
    return { map: there, latest };
  }
}

export interface Created {
  map: SpaceMap;
  latest: MapVersion;
}

interface Wanted {
  id: string;
  body: CreateSpaceMapBody;
  deadline: string | null;
}

/** What a version is made from, and how. */
export type Build = Pick<MapVersion, 'captureId' | 'preset' | 'options'>;

/** A version that has just been asked for. */
export function newVersion(map: SpaceMap, number: number, build: Build, createdAt: Date): MapVersion {
  return {
    id: newId(),
    workspaceId: map.workspaceId,
    spaceMapId: map.id,
    number,
    redactionOf: null,
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
