import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { RunFailure, RunStepView, RunView } from '@stead/contracts/dispatcher';
import type { Quality } from '@stead/contracts/pipeline';
import type { MapVersionView, SpaceMapView } from '@stead/contracts/space-maps';
import type { CaptureView } from '@stead/contracts/workspaces';
import { ApiProblem, type SteadClient } from '@stead/web/api-client';
import { describeFile, findFiles, type LocalFile } from '../capture-files';
import { ProgressLine, bar, duration } from '../progress-line';
import { uploadFiles } from '../upload';

export interface MapCreateOptions {
  name?: string;
  preset?: string;
  watch: boolean;
  json: boolean;
}

/** What `--json --watch` prints at the end. */
export interface MapCreated {
  mapId: string;
  versionId: string;
  runId: string;
  cluster: string | null;
  state: string;
  seconds: number;
  steps: ShownStep[];
  quality: ShownQuality | null;
  viewerUrl: string | null;
  cost: number;
  failure: RunFailure | null;
}

/** `attempt`: the number of the run's try, on whatever cluster, that did the step; null while none has. */
type ShownStep = Pick<RunStepView, 'name' | 'seconds' | 'cluster'> & { attempt: number | null };
type ShownQuality = Pick<Quality, 'registered' | 'images' | 'reprojectionPx' | 'points' | 'tiles' | 'facesBlurred' | 'grade'>;

const FINAL = new Set(['succeeded', 'failed', 'cancelled', 'dead-letter']);
const POLL_MS = 400;
const CAPTURE_TIMEOUT_MS = 30 * 60_000;
/** News travels between services by events, which are sent again after five minutes at the latest. */
const NEWS_TIMEOUT_MS = 10 * 60_000;
const RETRIES_MAX = 100;
const REVIEW_NEEDED = 'studio/review-needed';

/** Uploads a capture, builds a map of it and, when told to watch, publishes it by link when it is ready. */
export async function mapCreate(
  client: SteadClient,
  path: string,
  options: MapCreateOptions,
  out: NodeJS.WriteStream,
): Promise<MapCreated> {
  const startedMs = performance.now();
  const line = new ProgressLine(out, options.json);
  const { kind, paths } = findFiles(path);
  const files: LocalFile[] = [];
  for (const file of paths) {
    line.show(`Reading ${files.length + 1} of ${paths.length}`);
    files.push(await describeFile(file));
  }
  const name = options.name ?? basename(resolve(path));
  // The same files under the same name are the same capture: a command that was killed goes on where it was.
  const key = createHash('sha256')
    .update(JSON.stringify([name, kind, files.map((file) => file.sha256)]))
    .digest('hex');
  const capture = await notDeleted(
    (again) => client.post<CaptureView>('/v1/captures', { name, kind }, `cli-capture-${key}${again}`),
    ({ id }) => client.get<CaptureView>(`/v1/captures/${id}`),
  );
  if (capture.now.state === 'uploading') {
    await uploadFiles(client, capture.made.id, files, (sent, total) =>
      line.show(`Uploading ${bar((100 * sent) / total)} ${Math.round((100 * sent) / total)} %`),
    );
    await client.post(`/v1/captures/${capture.made.id}/commit`, {});
  }
  const current = await verified(client, capture.made.id, line);
  const { map, version: building } = await buildMap(client, {
    name,
    captureId: current.id,
    ...(options.preset === undefined ? {} : { preset: options.preset }),
  });
  const { id: versionId, runId } = building;
  const created = { mapId: map.id, versionId, runId };
  if (!options.watch) {
    line.end(`Map ${map.id} is being built. Follow it with: stead runs show ${runId}`);
    return {
      ...created,
      cluster: null,
      state: building.state,
      seconds: secondsSince(startedMs),
      steps: [],
      quality: null,
      viewerUrl: null,
      cost: 0,
      failure: null,
    };
  }
  const run = await watchRun(client, runId, line);
  const version = await readyVersion(client, map.id, versionId, run.state);
  const viewerUrl = version.state === 'succeeded' ? await publish(client, map, versionId) : null;
  line.end();
  return {
    ...created,
    cluster: run.cluster,
    state: version.state,
    seconds: secondsSince(startedMs),
    steps: run.steps.map(({ name: step, seconds: took, cluster, epoch }) => ({
      name: step,
      seconds: took,
      cluster,
      attempt: epoch,
    })),
    quality: version.quality === null ? null : shortQuality(version.quality),
    viewerUrl,
    cost: run.costSoFar,
    failure: run.failure ?? version.failure,
  };
}

/**
 * The map that the same command has asked for before, or a new one: a command that was killed while it watched does not pay
 * twice. When all that became of it is a failure, what failed is tried again.
 */
async function buildMap(
  client: SteadClient,
  body: { name: string; captureId: string; preset?: string },
): Promise<{ map: SpaceMapView; version: MapVersionView }> {
  const key = `cli-map-${body.captureId}-${body.preset ?? 'default'}`;
  const { made: map, now } = await notDeleted(
    (again) => client.post<SpaceMapView>('/v1/space-maps', body, `${key}${again}`),
    ({ id, latestVersion }) => client.get<MapVersionView>(`/v1/space-maps/${id}/versions/${latestVersion.id}`),
  );
  let version = now;
  for (let retries = 0; FINAL.has(version.state) && version.state !== 'succeeded'; retries += 1) {
    if (retries >= RETRIES_MAX) throw new Error(`Map ${map.id} has failed ${retries} times; look at it before another try.`);
    const path = `/v1/space-maps/${map.id}/versions`;
    // One retry per failed version, however often the command is given: the second time leads to what became of the first.
    const retried: MapVersionView = await client.post<MapVersionView>(
      `${path}/${version.id}/retry`,
      {},
      `cli-retry-${version.id}`,
    );
    version = await client.get<MapVersionView>(`${path}/${retried.id}`);
  }
  return { map, version };
}

/** Shows a run until it has ended, however long that takes; it must have begun to exist by then. */
export async function watchRun(client: SteadClient, runId: string, line: ProgressLine): Promise<RunView> {
  const untilMs = performance.now() + NEWS_TIMEOUT_MS;
  for (;;) {
    // The request for the run may still be on its way to the dispatcher.
    const run = await ifThere(client.get<RunView>(`/v1/runs/${runId}`));
    if (run === null && performance.now() > untilMs) throw new Error(`The run ${runId} has not been taken up; try again later`);
    if (run !== null) {
      if (FINAL.has(run.state)) return run;
      const eta = run.etaS === null ? '' : ` · ${duration(run.etaS)} left`;
      const place = run.cluster === null ? '' : ` · ${run.cluster}`;
      line.show(
        `${bar(run.percent)} ${Math.round(run.percent)} % · ${run.step ?? run.state}${eta}${place}${run.why === null ? '' : ` · ${run.why}`}`,
      );
    }
    await pause();
  }
}

async function verified(client: SteadClient, captureId: string, line: ProgressLine): Promise<CaptureView> {
  const untilMs = performance.now() + CAPTURE_TIMEOUT_MS;
  for (;;) {
    const capture = await client.get<CaptureView>(`/v1/captures/${captureId}`);
    if (capture.state === 'verified') return capture;
    if (capture.state === 'rejected') {
      const problems = capture.problems.map(({ file, detail, fix }) => `  ${file === null ? '' : `${file}: `}${detail} ${fix}`);
      throw new Error(`The capture cannot be used:\n${problems.join('\n')}`);
    }
    if (performance.now() > untilMs) throw new Error(`The capture is still ${capture.state}; try again later`);
    line.show('Checking the files');
    await pause();
  }
}

/** The version follows its run by an event; it arrives a moment later. */
async function readyVersion(client: SteadClient, mapId: string, versionId: string, runState: string): Promise<MapVersionView> {
  const untilMs = performance.now() + NEWS_TIMEOUT_MS;
  for (;;) {
    const version = await client.get<MapVersionView>(`/v1/space-maps/${mapId}/versions/${versionId}`);
    if (FINAL.has(version.state) || !FINAL.has(runState)) return version;
    if (performance.now() > untilMs) throw new Error(`The run is ${runState}, the map still ${version.state}; try again later`);
    await pause();
  }
}

/** Null where the workspace publishes only what somebody has reviewed. */
async function publish(client: SteadClient, map: SpaceMapView, versionId: string): Promise<string | null> {
  const untilMs = performance.now() + NEWS_TIMEOUT_MS;
  for (;;) {
    try {
      const publication = await client.post<{ id: string }>(
        '/v1/publications',
        { spaceMapId: map.id, versionId, title: map.name, visibility: 'link' },
        `cli-publication-${versionId}`,
      );
      return `${client.baseUrl}/v/${publication.id}`;
    } catch (error) {
      if (error instanceof ApiProblem && error.code === REVIEW_NEEDED) return null;
      // Studio learns of the version by an event, too.
      const early = error instanceof ApiProblem && (error.status === 404 || error.status === 409);
      if (!early || performance.now() > untilMs) throw error;
      await pause();
    }
  }
}

function shortQuality({ registered, images, reprojectionPx, points, tiles, facesBlurred, grade }: Quality): ShownQuality {
  return { registered, images, reprojectionPx, points, tiles, facesBlurred, grade };
}

/**
 * What a request has made, and what became of it. A request that is repeated by its key leads to what it made the first time,
 * even where somebody has deleted that since: then a key that names the deleted one makes the next.
 */
async function notDeleted<Made extends { id: string }, Now>(
  make: (again: string) => Promise<Made>,
  look: (made: Made) => Promise<Now>,
): Promise<{ made: Made; now: Now }> {
  for (let again = ''; ;) {
    const made = await make(again);
    const now = await ifThere(look(made));
    if (now !== null) return { made, now };
    again = `-after-${made.id}`;
  }
}

/** Null for what does not exist, or not yet. */
async function ifThere<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  });
}

function secondsSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) / 100) / 10;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
