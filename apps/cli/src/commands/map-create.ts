import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Quality } from '@stead/contracts/pipeline';
import type { SpaceMapView } from '@stead/contracts/space-maps';
import type { SteadClient } from '@stead/web/api-client';
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
  steps: { name: string; seconds: number | null; cluster: string | null; attempt: number }[];
  quality: {
    registered: number | null;
    images: number | null;
    reprojectionPx: number | null;
    points: number;
    tiles: number;
    facesBlurred: number | null;
    grade: string;
  } | null;
  viewerUrl: string | null;
  cost: number;
  failure: { code: string; detail: string; advice: string[] } | null;
}

interface RunView {
  state: string;
  step: string | null;
  percent: number;
  etaS: number | null;
  cluster: string | null;
  why: string | null;
  cost: number;
  steps: { name: string; seconds: number | null; cluster: string | null; attempt: number }[];
  failure: { code: string; detail: string; advice: string[] } | null;
}

interface CaptureView {
  id: string;
  state: string;
  problems: { file: string | null; code: string; detail: string; fix: string }[];
}

const FINAL = new Set(['succeeded', 'failed', 'cancelled', 'dead-letter']);
const POLL_MS = 400;
const CAPTURE_TIMEOUT_MS = 30 * 60_000;

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
  const capture = await client.post<CaptureView>('/v1/captures', { name, kind }, `cli-capture-${key}`);
  let current = await client.get<CaptureView>(`/v1/captures/${capture.id}`);
  if (current.state === 'uploading') {
    await uploadFiles(client, capture.id, files, (sent, total) =>
      line.show(`Uploading ${bar((100 * sent) / total)} ${Math.round((100 * sent) / total)} %`),
    );
    await client.post(`/v1/captures/${capture.id}/commit`, {});
  }
  current = await verified(client, capture.id, line);
  const map = await client.post<SpaceMapView>('/v1/space-maps', {
    name,
    captureId: current.id,
    ...(options.preset === undefined ? {} : { preset: options.preset }),
  });
  const { id: versionId, runId } = map.latestVersion;
  const created = { mapId: map.id, versionId, runId };
  if (!options.watch) {
    line.end(`Map ${map.id} is being built. Follow it with: stead runs show ${runId}`);
    return {
      ...created,
      cluster: null,
      state: map.latestVersion.state,
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
    steps: run.steps.map(({ name: step, seconds, cluster, attempt }) => ({ name: step, seconds, cluster, attempt })),
    quality: version.quality === null ? null : shortQuality(version.quality),
    viewerUrl,
    cost: run.cost,
    failure: run.failure ?? version.failure,
  };
}

/** Shows a run until it has ended. */
export async function watchRun(client: SteadClient, runId: string, line: ProgressLine): Promise<RunView> {
  for (;;) {
    const run = await client.get<RunView>(`/v1/runs/${runId}`).catch((error: unknown) => {
      // The request for the run may still be on its way to the dispatcher.
      if (error instanceof Error && 'status' in error && error.status === 404) return null;
      throw error;
    });
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
async function readyVersion(
  client: SteadClient,
  mapId: string,
  versionId: string,
  runState: string,
): Promise<SpaceMapView['latestVersion']> {
  for (;;) {
    const version = await client.get<SpaceMapView['latestVersion']>(`/v1/space-maps/${mapId}/versions/${versionId}`);
    if (FINAL.has(version.state) || !FINAL.has(runState)) return version;
    await pause();
  }
}

async function publish(client: SteadClient, map: SpaceMapView, versionId: string): Promise<string> {
  for (;;) {
    try {
      const publication = await client.post<{ id: string }>(
        '/v1/publications',
        { spaceMapId: map.id, versionId, title: map.name, visibility: 'link' },
        `cli-publication-${versionId}`,
      );
      return `${client.baseUrl}/v/${publication.id}`;
    } catch (error) {
      // Studio learns of the version by an event, too.
      if (!(error instanceof Error && 'status' in error && (error.status === 404 || error.status === 409))) throw error;
      await pause();
    }
  }
}

function shortQuality({
  registered,
  images,
  reprojectionPx,
  points,
  tiles,
  facesBlurred,
  grade,
}: Quality): NonNullable<MapCreated['quality']> {
  return { registered, images, reprojectionPx, points, tiles, facesBlurred, grade };
}

function secondsSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) / 100) / 10;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
