import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { ProbeFile } from '../../application/ports';
import type { FileReport } from '../../domain/capture';
import { EMPTY_REPORT, failed } from '../../domain/file-report';

const TIMEOUT_MS = 30_000;
/** What cameras write. Others, playlists before all, are texts that name more files to open. */
const CONTAINERS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg';
const run = promisify(execFile);

const probeSchema = z.object({
  format: z.object({ format_name: z.string().optional(), duration: z.coerce.number().optional() }).optional(),
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        width: z.number().optional(),
        height: z.number().optional(),
        nb_read_packets: z.coerce.number().optional(),
      }),
    )
    .default([]),
});

/** Asks ffprobe, without letting it follow anything that the file points to. */
export async function probeVideo({ path }: ProbeFile): Promise<FileReport> {
  let text: string;
  try {
    const args = [
      '-v',
      'error',
      '-protocol_whitelist',
      'file',
      '-format_whitelist',
      CONTAINERS,
      '-count_packets',
      '-show_format',
      '-show_streams',
      '-select_streams',
      'v:0',
      '-of',
      'json',
      path,
    ];
    ({ stdout: text } = await run('ffprobe', args, { timeout: TIMEOUT_MS, maxBuffer: 4 << 20 }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return failed({
        code: 'ffmpeg-missing',
        detail: 'Videos cannot be read here: ffmpeg is not installed.',
        fix: 'Ask the operator to install it (apt-get install ffmpeg), or upload photos.',
        severity: 'error',
      });
    }
    return failed({
      code: 'not-a-video',
      detail: 'The file is no video that can be read.',
      fix: 'Upload an MP4 or MOV as the camera wrote it.',
      severity: 'error',
    });
  }
  const { format, streams } = probeSchema.parse(JSON.parse(text));
  const [stream] = streams;
  const frames = stream?.nb_read_packets ?? 0;
  if (stream === undefined || frames < 3) {
    return failed({
      code: 'no-frames',
      detail: stream === undefined ? 'The video has no picture.' : `The video has only ${frames} frames.`,
      fix: 'Film for at least ten seconds while you walk, and upload that.',
      severity: 'error',
    });
  }
  return {
    ...EMPTY_REPORT,
    mediaType: 'video/mp4',
    width: stream.width ?? null,
    height: stream.height ?? null,
    seconds: format?.duration ?? null,
  };
}
