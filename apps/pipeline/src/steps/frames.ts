import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureFile } from '@stead/contracts/pipeline';
import { mapBounded } from '@stead/platform/concurrency';
import { StepError } from '../application/step';
import type { Step, StepContext, StepResult } from '../application/step';
import { repeats, sharpestOfWindows, sharpness } from '../domain/picture-likeness';
import type { Photo, Photos } from '../domain/photos';
import { notAVideo } from './ingest/videos';
import { greyPicture, pictureSize, thumbnail } from './pictures';
import { probeVideo } from './video-probe';
import type { VideoFacts } from './video-probe';

/** The sharpest of this many neighbouring candidates is kept. */
const CANDIDATES_PER_FRAME = 4;
const CANDIDATE_RATE_MAX = 12;
/** For a video whose container does not say how long it is. */
const DURATION_UNKNOWN_S = 120;
const FRAMES_MIN = 3;
const SHARPNESS_PX = 480;
const AT_ONCE = 3;
/** Walking pace and a usual lens: beyond this between frames, neighbours show too little of the same place. */
const SECONDS_BETWEEN_FRAMES_MAX = 2;

interface Candidate {
  path: string;
  timeS: number;
  file: CaptureFile;
  sharpness: number;
}

/** Pictures out of videos: evenly over time, the sharpest of each moment, none twice. */
export const frames: Step = {
  name: 'frames',
  version: 1,
  reads: ['ingest'],
  optionsRead: ['framesMax', 'imageMaxPx'],
  async run(context: StepContext): Promise<StepResult> {
    const notes: string[] = [];
    const videos = await probeAll(context);
    const totalS = videos.reduce((sum, video) => sum + video.durationS, 0);
    const kept: Candidate[] = [];
    let candidates = 0;
    for (const [index, video] of videos.entries()) {
      const share = Math.max(FRAMES_MIN, Math.round((context.options.framesMax * video.durationS) / totalS));
      const found = await takeCandidates(context, video, share, index);
      candidates += found.length;
      const windows = Math.min(share, Math.max(FRAMES_MIN, Math.floor(found.length / CANDIDATES_PER_FRAME)));
      const values = found.map((candidate) => candidate.sharpness);
      for (const at of sharpestOfWindows(values, windows)) {
        const best = found[at];
        if (best) kept.push(best);
      }
      context.progress((85 * (index + 1)) / videos.length, `${video.file.name}: ${found.length} candidates`);
    }
    const moving = await dropStill(kept, notes);
    if (moving.length < FRAMES_MIN) throw tooFewFrames(moving.length);
    const betweenS = totalS / moving.length;
    if (betweenS > SECONDS_BETWEEN_FRAMES_MAX && moving.length >= context.options.framesMax / 2) {
      notes.push(
        `${Math.round(totalS)} s of video became ${moving.length} frames, one every ${betweenS.toFixed(1)} s; ` +
          'a shorter video, or a preset with more frames, connects better',
      );
    }
    await store(context, moving.slice(0, context.options.framesMax));
    return { provider: 'ffmpeg', metrics: { candidates, frames: Math.min(moving.length, context.options.framesMax) }, notes };
  },
};

interface Video extends VideoFacts {
  path: string;
  file: CaptureFile;
  durationS: number;
}

async function probeAll(context: StepContext): Promise<Video[]> {
  const videos: Video[] = [];
  for (const file of context.capture.files) {
    const path = await context.fetch(file);
    const facts = await probeVideo(context, path);
    if (facts === null) throw notAVideo(file.name);
    videos.push({ ...facts, path, file, durationS: facts.durationS ?? DURATION_UNKNOWN_S });
  }
  return videos;
}

/** ffmpeg turns the pictures upright (rotation metadata) by itself; non-square pixels are made square here. */
async function takeCandidates(context: StepContext, video: Video, share: number, index: number): Promise<Candidate[]> {
  const folder = join(context.folder, `candidates-${index}`);
  await mkdir(folder);
  const wanted = share * CANDIDATES_PER_FRAME;
  const rate = Math.min(CANDIDATE_RATE_MAX, wanted / video.durationS);
  const max = context.options.imageMaxPx;
  const filters = [
    `fps=${rate.toFixed(6)}`,
    'scale=w=iw*sar:h=ih',
    'setsar=1',
    `scale=w=min(iw\\,${max}):h=min(ih\\,${max}):force_original_aspect_ratio=decrease`,
  ];
  const output = ['-map_metadata', '-1', '-flags:v', '+bitexact', '-q:v', '2', join(folder, '%06d.jpg')];
  const args = ['-hide_banner', '-nostdin', '-loglevel', 'warning', '-i', video.path, '-map', '0:V:0', '-vf', filters.join(',')];
  const result = await context.tool('ffmpeg', [...args, '-frames:v', String(wanted), ...output]);
  const names = (await readdir(folder)).sort();
  if (names.length === 0) throw notAVideo(video.file.name);
  if (result.exitCode !== 0) context.log(`ffmpeg ended with ${result.exitCode} after ${names.length} pictures; they are used`);
  await rm(video.path, { force: true });
  return mapBounded(names, AT_ONCE, async (name, at) => {
    context.signal.throwIfAborted();
    const path = join(folder, name);
    const grey = await greyPicture(path, SHARPNESS_PX);
    return { path, timeS: at / rate, file: video.file, sharpness: sharpness(grey.pixels, grey.width, grey.height) };
  });
}

async function dropStill(kept: readonly Candidate[], notes: string[]): Promise<Candidate[]> {
  const repeated = repeats(await mapBounded(kept, AT_ONCE, (candidate) => thumbnail(candidate.path)));
  const moving = kept.filter((_, index) => repeated[index] === null);
  const still = kept.length - moving.length;
  if (still > 0) notes.push(`${still} frames in which the camera stood still were left out`);
  return moving;
}

async function store(context: StepContext, kept: readonly Candidate[]): Promise<void> {
  const rows = await mapBounded(kept, AT_ONCE, async (candidate, index): Promise<Photo> => {
    const image = `${String(index + 1).padStart(4, '0')}.jpg`;
    const { width, height } = await pictureSize(candidate.path);
    await context.put(`images/${image}`, candidate.path, 'image/jpeg');
    const videoTimeS = Math.round(candidate.timeS * 1000) / 1000;
    return { image, fileId: candidate.file.fileId, width, height, focalPx: null, gps: null, takenAt: null, videoTimeS };
  });
  const photos: Photos = { photos: rows };
  await context.put('photos.json', Buffer.from(JSON.stringify(photos, null, 1)), 'application/json');
}

function tooFewFrames(count: number): StepError {
  return new StepError('user', 'too-few-frames', `The video gives ${count} different pictures, and a map needs ${FRAMES_MIN}`, [
    'Film for at least 10 seconds while walking slowly around or along the place',
  ]);
}
