import { requestRun } from '@stead/contracts/dispatcher';
import type { StepName } from '@stead/contracts/pipeline';
import { mapVersionChanged, type CreateVersionBody } from '@stead/contracts/space-maps';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import { checkStep, resolveDeadline, resolveOptions, runRequestOf, type Urgency } from './build-request';
import { announcementOf, newVersion } from './create-space-map';
import type { FindCapture } from './find-capture';
import type { SpaceMapStore, UnitOfWork } from './ports';
import { spaceMapError } from '../domain/errors';
import type { KnownCapture, MapVersion } from '../domain/map-version';
import { FINAL_STATES } from '../domain/map-version.machine';

const PRIORITY = 50;

/** Builds a map once more: with other settings, or what failed from the step where it failed. Nothing is uploaded again. */
export class BuildVersion {
  constructor(
    private readonly work: UnitOfWork,
    private readonly maps: SpaceMapStore,
    private readonly findCapture: FindCapture,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async rerun(actor: WorkspaceActor, spaceMapId: string, body: CreateVersionBody): Promise<MapVersion> {
    const deadline = resolveDeadline(body.deadline, this.clock.now());
    const latest = await this.latest(actor, spaceMapId);
    const captureId = body.captureId ?? latest.captureId;
    const preset = body.preset ?? latest.preset;
    const inherited = body.preset === undefined ? latest.options : {};
    const options = { ...resolveOptions({ preset, options: body.options }), ...inherited, ...body.options };
    const capture = await this.findCapture.run(actor, captureId);
    // Steps whose inputs and options did not change are taken over from the last run of the same capture.
    const reuse = captureId === latest.captureId ? { runId: latest.runId, fromStep: null } : null;
    const urgency = { deadline, priority: body.priority, placement: body.placement };
    return this.add(actor, spaceMapId, { captureId, preset, options }, capture, urgency, reuse);
  }

  async retry(actor: WorkspaceActor, spaceMapId: string, versionId: string, fromStep: StepName | undefined): Promise<MapVersion> {
    const version = await this.work.tenant(actor.workspaceId, (tx) => this.maps.findVersion(tx, actor.workspaceId, versionId));
    if (version?.spaceMapId !== spaceMapId) throw spaceMapError['version-not-found']();
    if (!FINAL_STATES.has(version.state))
      throw spaceMapError['version-not-retryable'](`Version ${version.number} is ${version.state}; cancel it first`);
    const capture = await this.findCapture.run(actor, version.captureId);
    checkStep(capture.kind, fromStep);
    const { captureId, preset, options } = version;
    const reuse = { runId: version.runId, fromStep: fromStep ?? null };
    return this.add(actor, spaceMapId, { captureId, preset, options }, capture, { deadline: null, priority: PRIORITY }, reuse);
  }

  private async latest(actor: WorkspaceActor, spaceMapId: string): Promise<MapVersion> {
    const [latest] = await this.work.tenant(actor.workspaceId, (tx) => this.maps.listVersions(tx, actor.workspaceId, spaceMapId));
    if (latest === undefined) throw spaceMapError['space-map-not-found']();
    return latest;
  }

  private async add(
    { workspaceId }: WorkspaceActor,
    spaceMapId: string,
    build: Pick<MapVersion, 'captureId' | 'preset' | 'options'>,
    capture: KnownCapture,
    urgency: Urgency,
    reuse: { runId: string; fromStep: StepName | null } | null,
  ): Promise<MapVersion> {
    return this.work.tenant(workspaceId, async (tx) => {
      // The lock on the map makes the numbers of its versions gapless under concurrent requests.
      const map = await this.maps.findMap(tx, workspaceId, spaceMapId, { lock: true });
      if (map === null) throw spaceMapError['space-map-not-found']();
      const [latest] = await this.maps.listVersions(tx, workspaceId, spaceMapId);
      const version = newVersion(map, (latest?.number ?? 0) + 1, build, this.clock.now());
      await this.maps.insertVersion(tx, version);
      await this.outbox.add(tx, workspaceId, requestRun, runRequestOf(map, version, capture, urgency, reuse));
      await this.outbox.add(tx, workspaceId, mapVersionChanged, announcementOf(map, version));
      return version;
    });
  }
}
