import type { WorkspaceActor } from '@stead/platform/auth';
import type { MapVersionStore, UnitOfWork } from './ports';
import { studioError } from '../domain/errors';
import type { KnownMapVersion } from '../domain/publication';

/** Tells a service of a version of a map: where its bundle lies, as long as the map is there. */
export class FindMapVersion {
  constructor(
    private readonly work: UnitOfWork,
    private readonly versions: MapVersionStore,
  ) {}

  async run({ workspaceId }: WorkspaceActor, versionId: string): Promise<KnownMapVersion> {
    const version = await this.work.tenant(workspaceId, (tx) => this.versions.find(tx, workspaceId, versionId));
    if (version === null) throw studioError['map-version-not-found']();
    return version;
  }
}
