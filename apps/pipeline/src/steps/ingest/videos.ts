import { StepError } from '../../application/step';
import type { StepContext, StepResult } from '../../application/step';
import { probeVideo } from '../video-probe';

/** Whether each file is a video; its pictures are taken out by the next step. */
export async function ingestVideos(context: StepContext): Promise<StepResult> {
  const { files } = context.capture;
  let durationS = 0;
  for (const [index, file] of files.entries()) {
    const facts = await probeVideo(context, await context.fetch(file));
    if (facts === null) throw notAVideo(file.name);
    durationS += facts.durationS ?? 0;
    const path = `videos/${String(index + 1).padStart(4, '0')}`;
    context.adopt(path, { path, key: file.key, bytes: file.bytes, sha256: file.sha256, mediaType: file.mediaType });
    context.progress((100 * (index + 1)) / files.length, `${file.name}: ${facts.width} x ${facts.height} ${facts.codec}`);
  }
  return { provider: 'ffprobe', metrics: { files: files.length, durationS: Math.round(durationS * 100) / 100 }, notes: [] };
}

export function notAVideo(name: string): StepError {
  return new StepError('user', 'video-without-frames', `${name} holds no video that can be read`, [
    'Play the file to check that it is whole, and upload it again as MP4 (H.264 or H.265) or WebM',
  ]);
}
