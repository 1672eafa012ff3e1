import { requestRun } from '@stead/contracts/dispatcher';
import type { StepName } from '@stead/contracts/pipeline';
import { mapVersionChanged, type CreateVersionBody } from '@stead/contracts/space-maps';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Outbox } from '@stead/platform/outbox';
import { buildFrom, checkStep, resolveDeadline, resolveOptions, runRequestOf, type Urgency } from './build-request';
import { announcementOf, newVersion, type Build } from './create-space-map';
import type { FindCapture } from './find-capture';
import type { SpaceMapStore, UnitOfWork } from './ports';
import { spaceMapError } from '../domain/errors';
import type { KnownCapture, MapVersion } from '../domain/map-version';
import { FINAL_STATES } from '../domain/map-version.machine';

const PRIORITY = 50;
/** A redaction of a redaction of …: nobody goes further back than this to find steps to take over. */
const REDACTIONS_MAX = 1_000;

/**
 * Builds a map once more: with other settings, or what failed from the step where it failed. Nothing is uploaded again. A redaction
 * has no steps that could be repeated: from one it is built from the capture anew, with what was covered then uncovered until its
 * own review.
 */
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
    const built = await this.builtFromCapture(actor, latest);
    const reuse = captureId === built?.captureId ? { runId: built.runId, fromStep: null } : null;
    const urgency = { deadline, priority: body.priority, placement: body.placement };
    return this.add(actor, spaceMapId, { captureId, preset, options }, capture, urgency, { reuse, why: anewFrom(latest) });
  }

  async retry(actor: WorkspaceActor, spaceMapId: string, versionId: string, fromStep: StepName | undefined): Promise<MapVersion> {
    const version = await this.work.tenant(actor.workspaceId, (tx) => this.maps.findVersion(tx, actor.workspaceId, versionId));
    if (version?.spaceMapId !== spaceMapId) throw spaceMapError['version-not-found']();
    if (!FINAL_STATES.has(version.state))
      throw spaceMapError['version-not-retryable'](`Version ${version.number} is ${version.state}; cancel it first`);
    if (version.redactionOf !== null && version.state === 'failed') {
      throw spaceMapError['version-not-retryable'](
        `Version ${version.number} only covers another version otherwise; apply the review of that version again`,
      );
    }
    const capture = await this.findCapture.run(actor, version.captureId);
    checkStep(capture.kind, fromStep);
    const { captureId, preset, options } = version;
    const built = await this.builtFromCapture(actor, version);
    const reuse = built === null ? null : { runId: built.runId, fromStep: fromStep ?? null };
    const urgency = { deadline: null, priority: PRIORITY };
    return this.add(actor, spaceMapId, { captureId, preset, options }, capture, urgency, { reuse, why: anewFrom(version) });
  }

  private async latest(actor: WorkspaceActor, spaceMapId: string): Promise<MapVersion> {
    const [latest] = await this.work.tenant(actor.workspaceId, (tx) => this.maps.listVersions(tx, actor.workspaceId, spaceMapId));
    if (latest === undefined) throw spaceMapError['space-map-not-found']();
    return latest;
  }

  /** The version at the beginning of a row of redactions: its run has the steps, as far as their files are still there. */
  private async builtFromCapture({ workspaceId }: WorkspaceActor, version: MapVersion): Promise<MapVersion | null> {
    return this.work.tenant(workspaceId, async (tx) => {
      let built: MapVersion | null = version;
      for (let back = 0; built !== null && built.redactionOf !== null; back += 1)
        built = back < REDACTIONS_MAX ? await this.maps.findVersion(tx, workspaceId, built.redactionOf) : null;
      return built;
    });
  }

  private async add(
    { workspaceId }: WorkspaceActor,
    spaceMapId: string,
    build: Build,
    capture: KnownCapture,
    urgency: Urgency,
    { reuse, why }: { reuse: { runId: string; fromStep: StepName | null } | null; why: string | null },
  ): Promise<MapVersion> {
    return this.work.tenant(workspaceId, async (tx) => {
      // The lock on the map makes the numbers of its versions gapless under concurrent requests.
      const map = await this.maps.findMap(tx, workspaceId, spaceMapId, { lock: true });
      if (map === null) throw spaceMapError['space-map-not-found']();
      const [latest] = await this.maps.listVersions(tx, workspaceId, spaceMapId);
      const version = { ...newVersion(map, (latest?.number ?? 0) + 1, build, this.clock.now()), why };
      await this.maps.insertVersion(tx, version);
      await this.outbox.add(tx, workspaceId, requestRun, runRequestOf(map, version, buildFrom(capture), urgency, reuse));
      await this.outbox.add(tx, workspaceId, mapVersionChanged, announcementOf(map, version));
      return version;
    });
  }
}

/** Said until the dispatcher says where it is built. */
function anewFrom(version: MapVersion): string | null {
  if (version.redactionOf === null) return null;
  return `Built from the capture anew: what version ${version.number} covers otherwise is not taken over, and is reviewed again`;
}
