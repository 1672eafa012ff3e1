import { internalMapVersion } from '@stead/contracts/studio';
import { systemActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { isAppError } from '@stead/platform/errors';
import type { InternalClient } from '@stead/platform/http';
import { MapVersions, type ReadyVersion } from '../../application/ports';
import { FreshRows } from '../fresh-rows';

/** Asks studio, which knows what is ready and what was deleted: about once a second while somebody looks. */
export class StudioMapVersions extends MapVersions {
  private readonly rows: FreshRows<ReadyVersion>;

  constructor(
    private readonly studio: InternalClient,
    clock: Clock,
  ) {
    super();
    this.rows = new FreshRows(clock, (id) => this.ask(id));
  }

  find(workspaceId: string, versionId: string): Promise<ReadyVersion | null> {
    return this.rows.find(`${workspaceId} ${versionId}`);
  }

  private async ask(id: string): Promise<ReadyVersion | null> {
    const [workspaceId = '', versionId = ''] = id.split(' ');
    const actor = systemActor('viewing', workspaceId);
    try {
      return await this.studio.ask(actor, 'GET', `/internal/map-versions/${versionId}`, internalMapVersion);
    } catch (error) {
      if (isAppError(error) && error.kind === 'not-found') return null;
      throw error;
    }
  }
}
