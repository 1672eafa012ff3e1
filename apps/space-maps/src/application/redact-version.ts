import { requestRun, type RunFailure } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { mapVersionChanged, type redactVersion } from '@stead/contracts/space-maps';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import { runRequestOf } from './build-request';
import { announcementOf, newVersion } from './create-space-map';
import type { CaptureStore, SpaceMapStore, UnitOfWork } from './ports';
import type { CaptureSize, MapVersion } from '../domain/map-version';

/** Somebody waits for it, and somebody else is seen until it is done. */
const PRIORITY = 90;
const SIZE_UNKNOWN: CaptureSize = { files: 0, bytes: 0, megapixels: null, points: null };

/**
 * Makes the version that a review has decided on: the next one of its map, from the bundle of a version that is ready. The ids are
 * the caller's, so a repeated message finds the version that is there. What cannot be made becomes a version that has failed: so
 * whoever asked hears of it as of any other failure.
 */
export class RedactVersion {
  constructor(
    private readonly work: UnitOfWork,
    private readonly maps: SpaceMapStore,
    private readonly captures: CaptureStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async run(workspaceId: string, order: PayloadOf<typeof redactVersion>): Promise<void> {
    await this.work.tenant(workspaceId, (tx) => this.apply(tx, workspaceId, order));
  }

  private async apply(tx: Tx, workspaceId: string, order: PayloadOf<typeof redactVersion>): Promise<void> {
    const { spaceMapId, baseVersionId, versionId, runId } = order;
    const map = await this.maps.findMap(tx, workspaceId, spaceMapId, { lock: true });
    if (map === null) return; // deleted, as everybody is told
    if ((await this.maps.findVersion(tx, workspaceId, versionId)) !== null) return; // asked for before
    const [latest] = await this.maps.listVersions(tx, workspaceId, spaceMapId);
    if (latest === undefined) throw new Error(`map ${spaceMapId} has no version`);
    const found = await this.maps.findVersion(tx, workspaceId, baseVersionId);
    const base = found?.spaceMapId === spaceMapId ? found : null;
    const { captureId, preset, options } = base ?? latest;
    const asked = {
      ...newVersion(map, latest.number + 1, { captureId, preset, options }, this.clock.now()),
      id: versionId,
      runId,
      redactionOf: baseVersionId,
    };
    const failure = refusal(base);
    const version: MapVersion = failure === null ? asked : { ...asked, state: 'failed', failure, finishedAt: asked.createdAt };
    await this.maps.insertVersion(tx, version);
    if (failure === null) {
      const size = (await this.captures.sizeOf(tx, workspaceId, captureId)) ?? SIZE_UNKNOWN;
      const urgency = { deadline: null, priority: PRIORITY };
      await this.outbox.add(
        tx,
        workspaceId,
        requestRun,
        runRequestOf(map, version, { entrypoint: 'redaction', size }, urgency, null),
      );
    }
    await this.outbox.add(tx, workspaceId, mapVersionChanged, announcementOf(map, version));
  }
}

function refusal(base: MapVersion | null): RunFailure | null {
  if (base?.state === 'succeeded') return null;
  const detail =
    base === null
      ? 'The map has no version of which another redaction could be made'
      : `Version ${base.number} is ${base.state}; only a version that is ready can be covered otherwise`;
  const advice = ['Open the review of the version that is ready now, and apply it again.'];
  return { kind: 'user', code: 'redaction-base', step: null, detail, advice };
}
