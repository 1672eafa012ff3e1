import type { PayloadOf } from '@stead/contracts/messaging';
import type { mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import { announce } from './announcement';
import type { CreateScene } from './create-scene';
import type { MapVersionStore, PublicationStore, UnitOfWork } from './ports';
import type { SceneStore } from './scene-ports';
import { studioError } from '../domain/errors';
import { settingsOf, stateAfter } from '../domain/publication';

/** Follows the news of maps. Both may come late and more than once: doing them again changes nothing. */
export class TrackMapVersions {
  constructor(
    private readonly work: UnitOfWork,
    private readonly publications: PublicationStore,
    private readonly versions: MapVersionStore,
    private readonly scenes: SceneStore,
    private readonly creation: CreateScene,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async ready(workspaceId: string, news: PayloadOf<typeof mapVersionReady>): Promise<void> {
    const { versionId: id, spaceMapId, number, name, bundlePrefix, manifestSha256 } = news;
    const version = { id, spaceMapId, number, name, bundlePrefix, manifestSha256 };
    await this.work.tenant(workspaceId, async (tx) => {
      await this.versions.remember(tx, workspaceId, version);
      // Not of one that was forgotten before it was announced.
      if ((await this.versions.hold(tx, workspaceId, spaceMapId, id)) !== null)
        await this.creation.draft(tx, workspaceId, version);
    });
  }

  /** The map is gone: whatever shows it stops, in the transaction that forgets it. */
  async deleted(workspaceId: string, { spaceMapId, versionIds }: PayloadOf<typeof spaceMapDeleted>): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      // First the versions: a publication that is being made of one of them holds it until it is there to be closed below.
      await this.versions.forget(tx, workspaceId, spaceMapId, versionIds);
      for (const publication of await this.publications.lockOfMap(tx, workspaceId, spaceMapId)) {
        const state = stateAfter(publication, 'close');
        if (state === null) continue;
        const changedAt = this.clock.now();
        const change = { ...settingsOf(publication), state };
        if (!(await this.publications.change(tx, publication, change, changedAt))) throw studioError['publication-changed']();
        const closed = { ...publication, ...change, changedAt, revision: publication.revision + 1 };
        await announce(tx, this.outbox, publication, closed);
      }
      await this.scenes.deleteOfMap(tx, workspaceId, spaceMapId);
    });
  }
}
