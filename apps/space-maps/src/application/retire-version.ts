import { purgeRun } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { mapVersionChanged, type retireVersion } from '@stead/contracts/space-maps';
import { transition } from '@stead/platform/machine';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { announcementOf } from './create-space-map';
import type { SpaceMapStore, UnitOfWork } from './ports';
import { spaceMapError } from '../domain/errors';
import { mapVersionTransitions } from '../domain/map-version.machine';

/** Takes a version from everybody's sight: its bundle goes, and what stands in for it is what visitors see. */
export class RetireVersion {
  constructor(
    private readonly work: UnitOfWork,
    private readonly maps: SpaceMapStore,
    private readonly outbox: Outbox,
  ) {}

  async run(workspaceId: string, order: PayloadOf<typeof retireVersion>): Promise<void> {
    await this.work.tenant(workspaceId, (tx) => this.apply(tx, workspaceId, order));
  }

  private async apply(tx: Tx, workspaceId: string, { spaceMapId, versionId }: PayloadOf<typeof retireVersion>): Promise<void> {
    const map = await this.maps.findMap(tx, workspaceId, spaceMapId, { lock: true });
    const version = await this.maps.findVersion(tx, workspaceId, versionId);
    if (map === null || version?.spaceMapId !== spaceMapId) return; // deleted with its map, files and all
    const verdict = transition(mapVersionTransitions, version.state, 'retire');
    if (verdict.kind !== 'move') return; // done before, or nothing that anybody could see
    const retired = { ...version, state: verdict.to };
    if (!(await this.maps.changeVersion(tx, version, retired))) throw spaceMapError['version-changed']();
    if (map.liveVersionId === versionId) {
      const standIn = await this.maps.findRedactionOf(tx, workspaceId, versionId);
      await this.maps.setLive(tx, workspaceId, map.id, standIn?.id ?? null);
    }
    await this.outbox.add(tx, workspaceId, purgeRun, { runId: version.runId, what: 'published' });
    await this.outbox.add(
      tx,
      workspaceId,
      mapVersionChanged,
      announcementOf(map, { ...retired, revision: version.revision + 1 }),
    );
  }
}
