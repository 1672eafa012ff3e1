import type { runChanged } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { mapVersionChanged, mapVersionReady } from '@stead/contracts/space-maps';
import type { Clock } from '@stead/platform/clock';
import { transition } from '@stead/platform/machine';
import { once, type Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { announcementOf } from './create-space-map';
import type { SpaceMapStore, UnitOfWork, VersionChange } from './ports';
import { spaceMapError } from '../domain/errors';
import { eventOfRun, type MapVersion, type SpaceMap } from '../domain/map-version';
import { FINAL_STATES, mapVersionTransitions } from '../domain/map-version.machine';

export const SCHEMA = 'space_maps';

/** Follows the news of a run: state, place, and in the end its result, which is what the version is. */
export class AdvanceVersion {
  constructor(
    private readonly work: UnitOfWork,
    private readonly maps: SpaceMapStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async run(workspaceId: string, messageId: string, news: PayloadOf<typeof runChanged>): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      await once(tx, SCHEMA, messageId, 'advance-version', () => this.apply(tx, workspaceId, news));
    });
  }

  private async apply(tx: Tx, workspaceId: string, news: PayloadOf<typeof runChanged>): Promise<void> {
    const version = await this.maps.findVersionByRun(tx, workspaceId, news.runId);
    if (version === null || news.revision <= version.runRevision) return; // of a deleted map, or older than what is known
    const verdict = transition(mapVersionTransitions, version.state, eventOfRun(news.state));
    const state = verdict.kind === 'move' ? verdict.to : version.state;
    if (FINAL_STATES.has(version.state) && verdict.kind !== 'move') return;
    const change: VersionChange = {
      state,
      runRevision: news.revision,
      cluster: news.cluster,
      why: news.why,
      result: news.result,
      failure: news.failure,
      finishedAt: FINAL_STATES.has(state) ? this.clock.now() : null,
    };
    if (!(await this.maps.changeVersion(tx, version, change))) throw spaceMapError['version-changed']();
    const map = await this.maps.findMap(tx, workspaceId, version.spaceMapId);
    if (map === null) return; // deleted while it was being built
    const moved: MapVersion = { ...version, ...change, revision: version.revision + 1 };
    await this.outbox.add(tx, workspaceId, mapVersionChanged, announcementOf(map, moved));
    if (state === 'succeeded') await this.ready(tx, map, moved);
  }

  private async ready(tx: Tx, map: SpaceMap, version: MapVersion): Promise<void> {
    if (version.result === null) throw new Error(`run ${version.runId} succeeded without a result`);
    const { bundlePrefix, manifestSha256, bytes, epoch } = version.result;
    const { captureId, runId, redactionOf } = version;
    // What is covered otherwise in the version that visitors see is seen at once.
    const standsIn = redactionOf !== null && map.liveVersionId === redactionOf;
    if (map.liveVersionId === null || standsIn) await this.maps.setLive(tx, map.workspaceId, map.id, version.id);
    await this.outbox.add(tx, map.workspaceId, mapVersionReady, {
      spaceMapId: map.id,
      versionId: version.id,
      number: version.number,
      name: map.name,
      bundlePrefix,
      manifestSha256,
      bytes,
      captureId,
      runId,
      epoch,
      redactionOf,
    });
  }
}
