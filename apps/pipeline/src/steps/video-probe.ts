import { z } from 'zod';
import { StepError } from '../application/step';
import type { StepContext } from '../application/step';

const PROBE_TIMEOUT_MS = 60_000;
const number = z.coerce.number().positive().optional().catch(undefined);
const probeSchema = z.object({
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        width: number,
        height: number,
        duration: number,
        disposition: z.object({ attached_pic: z.number() }).partial().optional(),
      }),
    )
    .default([]),
  format: z.object({ duration: number }).default({}),
});

export interface VideoFacts {
  codec: string;
  width: number;
  height: number;
  /** Null where the container does not say. */
  durationS: number | null;
}

/** What a file's headers promise; null where it has no picture at all. */
export async function probeVideo(context: StepContext, path: string): Promise<VideoFacts | null> {
  const lines: string[] = [];
  const args = ['-v', 'error', '-of', 'json', '-show_streams', '-show_format', '-i', path];
  const result = await context.tool('ffprobe', args, { timeoutMs: PROBE_TIMEOUT_MS, onLine: (line) => lines.push(line) });
  if (result.exitCode !== 0) return null;
  const text = lines.join('\n');
  const parsed = probeSchema.safeParse(jsonOf(text.slice(Math.max(0, text.indexOf('{')))));
  if (!parsed.success) throw new StepError('infrastructure', 'ffprobe-output', 'ffprobe printed what is not its JSON');
  // A song with a cover has a video stream too.
  const stream = parsed.data.streams.find((one) => one.codec_type === 'video' && one.disposition?.attached_pic !== 1);
  if (stream?.width === undefined || stream.height === undefined) return null;
  const durationS = parsed.data.format.duration ?? stream.duration ?? null;
  return { codec: stream.codec_name ?? 'unknown', width: stream.width, height: stream.height, durationS };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
