import { cancelRun, purgeRun } from '@stead/contracts/dispatcher';
import { spaceMapDeleted, type ListSpaceMapsQuery } from '@stead/contracts/space-maps';
import type { WorkspaceActor } from '@stead/platform/auth';
import { requireMatch } from '@stead/platform/revision';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { SpaceMapStore, UnitOfWork } from './ports';
import { spaceMapError } from '../domain/errors';
import { neverHadRun, type MapVersion, type SpaceMap } from '../domain/map-version';
import { FINAL_STATES } from '../domain/map-version.machine';

type MapWithLatest = { map: SpaceMap; latest: MapVersion };

/** What an owner does to a map that is there: read, rename, choose the live version, delete. */
export class EditSpaceMap {
  constructor(
    private readonly work: UnitOfWork,
    private readonly maps: SpaceMapStore,
    private readonly outbox: Outbox,
  ) {}

  get({ workspaceId }: WorkspaceActor, id: string): Promise<MapWithLatest> {
    return this.work.tenant(workspaceId, (tx) => this.load(tx, workspaceId, id));
  }

  /** One more than `limit`, if there is one. */
  list({ workspaceId }: WorkspaceActor, before: string | null, query: ListSpaceMapsQuery): Promise<MapWithLatest[]> {
    const { cursor: _, limit, ...filter } = query;
    return this.work.tenant(workspaceId, (tx) => this.maps.listMaps(tx, workspaceId, { ...filter, before, limit: limit + 1 }));
  }

  async versions({ workspaceId }: WorkspaceActor, id: string): Promise<MapVersion[]> {
    return this.work.tenant(workspaceId, async (tx) => {
      await this.load(tx, workspaceId, id);
      return this.maps.listVersions(tx, workspaceId, id);
    });
  }

  async version({ workspaceId }: WorkspaceActor, id: string, versionId: string): Promise<MapVersion> {
    const version = await this.work.tenant(workspaceId, (tx) => this.maps.findVersion(tx, workspaceId, versionId));
    if (version?.spaceMapId !== id) throw spaceMapError['version-not-found']();
    return version;
  }

  async rename({ workspaceId }: WorkspaceActor, id: string, name: string, ifMatch: string | null): Promise<MapWithLatest> {
    return this.work.tenant(workspaceId, async (tx) => {
      const { map } = await this.lock(tx, workspaceId, id);
      requireMatch(ifMatch, map.revision);
      await this.maps.rename(tx, workspaceId, id, name);
      return this.load(tx, workspaceId, id);
    });
  }

  async setLive({ workspaceId }: WorkspaceActor, id: string, versionId: string, ifMatch: string | null): Promise<MapWithLatest> {
    return this.work.tenant(workspaceId, async (tx) => {
      const { map } = await this.lock(tx, workspaceId, id);
      requireMatch(ifMatch, map.revision);
      const version = await this.maps.findVersion(tx, workspaceId, versionId);
      if (version?.spaceMapId !== id) throw spaceMapError['version-not-found']();
      if (version.state !== 'succeeded')
        throw spaceMapError['version-not-ready'](`Version ${version.number} is ${version.state}`);
      await this.maps.setLive(tx, workspaceId, id, versionId);
      return this.load(tx, workspaceId, id);
    });
  }

  /** Gone at once for everybody; runs that still go are cancelled, and what was built is removed by its owner. */
  async delete({ workspaceId }: WorkspaceActor, id: string): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      await this.lock(tx, workspaceId, id);
      const versions = await this.maps.listVersions(tx, workspaceId, id);
      await this.maps.markDeleted(tx, workspaceId, id);
      for (const version of versions) {
        if (neverHadRun(version)) continue;
        if (!FINAL_STATES.has(version.state)) await this.outbox.add(tx, workspaceId, cancelRun, { runId: version.runId });
        await this.outbox.add(tx, workspaceId, purgeRun, { runId: version.runId, what: 'everything' });
      }
      await this.outbox.add(tx, workspaceId, spaceMapDeleted, {
        spaceMapId: id,
        versionIds: versions.map((version) => version.id),
      });
    });
  }

  private async load(tx: Tx, workspaceId: string, id: string): Promise<MapWithLatest> {
    const map = await this.maps.findMap(tx, workspaceId, id);
    const [latest] = await this.maps.listVersions(tx, workspaceId, id);
    if (map === null || latest === undefined) throw spaceMapError['space-map-not-found']();
    return { map, latest };
  }

  private async lock(tx: Tx, workspaceId: string, id: string): Promise<{ map: SpaceMap }> {
    const map = await this.maps.findMap(tx, workspaceId, id, { lock: true });
    if (map === null) throw spaceMapError['space-map-not-found']();
    return { map };
  }
}
