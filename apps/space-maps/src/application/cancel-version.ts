import { cancelRun } from '@stead/contracts/dispatcher';
import type { WorkspaceActor } from '@stead/platform/auth';
import { transition } from '@stead/platform/machine';
import type { Outbox } from '@stead/platform/outbox';
import type { SpaceMapStore, UnitOfWork } from './ports';
import { spaceMapError } from '../domain/errors';
import type { MapVersion } from '../domain/map-version';
import { mapVersionTransitions } from '../domain/map-version.machine';

/** Tells the run to stop. The version becomes `cancelled` when the run says that it is. */
export class CancelVersion {
  constructor(
    private readonly work: UnitOfWork,
    private readonly maps: SpaceMapStore,
    private readonly outbox: Outbox,
  ) {}

  async run({ workspaceId }: WorkspaceActor, spaceMapId: string, versionId: string): Promise<MapVersion> {
    return this.work.tenant(workspaceId, async (tx) => {
      const version = await this.maps.findVersion(tx, workspaceId, versionId);
      if (version?.spaceMapId !== spaceMapId) throw spaceMapError['version-not-found']();
      if (transition(mapVersionTransitions, version.state, 'cancel').kind === 'reject') {
        throw spaceMapError['version-not-cancellable'](`Version ${version.number} is already ${version.state}`);
      }
      if (version.state !== 'cancelled') await this.outbox.add(tx, workspaceId, cancelRun, { runId: version.runId });
      return version;
    });
  }
}
