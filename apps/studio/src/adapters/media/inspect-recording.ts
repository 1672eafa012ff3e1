import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { MediaVerdict, Upload } from '../../application/media-ports';
import { refused, tooLarge } from './verdicts';

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 30_000;
const COPY_TIMEOUT_MS = 120_000;
/** Of what it says that it plays: a container may go on where its tracks have ended. */
const WHOLE = 0.9;
/** Containers that hold what they play. Others, playlists before all, are texts that name more files to open. */
const CONTAINERS = 'mov,mp4,m4a,3gp,matroska,webm,mp3,ogg,flac,wav,aac';
/** Nothing that the file points to is followed. */
const CLOSED = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS];

const probeSchema = z.object({
  format: z.object({ duration: z.coerce.number().optional() }).default({}),
  streams: z
    .array(
      z.object({
        codec_type: z.string().optional(),
        codec_name: z.string().optional(),
        width: z.number().optional(),
        height: z.number().optional(),
        disposition: z.object({ attached_pic: z.number().optional() }).optional(),
      }),
    )
    .default([]),
});
type Stream = z.infer<typeof probeSchema>['streams'][number];

interface Container {
  extension: string;
  mediaType: string;
}
const MP4: Container = { extension: 'mp4', mediaType: 'video/mp4' };
const WEBM: Container = { extension: 'webm', mediaType: 'video/webm' };
/** What every browser of the last years plays, and in what. */
const VIDEO: Readonly<Record<string, Container>> = { h264: MP4, av1: MP4, vp8: WEBM, vp9: WEBM };
const AUDIO: Readonly<Record<string, Container>> = {
  mp3: { extension: 'mp3', mediaType: 'audio/mpeg' },
  aac: { extension: 'm4a', mediaType: 'audio/mp4' },
  opus: { extension: 'ogg', mediaType: 'audio/ogg' },
  vorbis: { extension: 'ogg', mediaType: 'audio/ogg' },
  flac: { extension: 'flac', mediaType: 'audio/flac' },
  pcm_s16le: { extension: 'wav', mediaType: 'audio/wav' },
};
const WITH_VIDEO: Readonly<Record<string, readonly string[]>> = { mp4: ['aac', 'mp3'], webm: ['opus', 'vorbis'] };

/**
 * A video or a sound: its first picture and sound track, copied as they are into a container without what it told of where, when
 * and by whom it was made, and with its index in front. Null where it is neither.
 */
export async function inspectRecording(upload: Upload): Promise<MediaVerdict | null> {
  const found = await probe(upload.path);
  if (found === null) return null;
  const { streams, format } = found;
  const picture = streams.find(({ codec_type: type, disposition }) => type === 'video' && disposition?.attached_pic !== 1);
  const sound = streams.find(({ codec_type: type }) => type === 'audio');
  if (picture === undefined && sound === undefined) return null;
  const durationS = format.duration ?? 0;
  if (!(durationS > 0)) return refused('empty', 'There is nothing to play in it.', 'Export it again and upload that.');
  const kind = picture === undefined ? 'audio' : 'video';
  const large = tooLarge(kind, upload.bytes);
  if (large !== null) return large;
  const container = picture === undefined ? AUDIO[sound?.codec_name ?? ''] : VIDEO[picture.codec_name ?? ''];
  if (container === undefined || !fits(container, picture, sound))
    return refused(
      'codec',
      `Browsers do not all play ${[picture?.codec_name, sound?.codec_name].filter(Boolean).join(' with ')}.`,
      'Export it as MP4 with H.264 and AAC, or as MP3.',
    );
  const out = await copied(upload.path, container.extension, picture !== undefined);
  const played = out === null ? null : await probe(out);
  if (out === null || (played?.format.duration ?? 0) < durationS * WHOLE)
    return refused('damaged', 'The recording is cut off or damaged.', 'Export it again and upload that.');
  const [widthPx, heightPx] = [picture?.width ?? null, picture?.height ?? null];
  return { ok: true, path: out, shown: { kind, ...container, widthPx, heightPx, durationS } };
}

function fits({ extension }: Container, picture: Stream | undefined, sound: Stream | undefined): boolean {
  return picture === undefined || sound === undefined || (WITH_VIDEO[extension] ?? []).includes(sound.codec_name ?? '');
}

async function probe(path: string): Promise<z.infer<typeof probeSchema> | null> {
  try {
    const args = ['-v', 'error', ...CLOSED, '-show_format', '-show_streams', '-of', 'json', path];
    const { stdout } = await run('ffprobe', args, { timeout: PROBE_TIMEOUT_MS, maxBuffer: 4 << 20 });
    return probeSchema.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}

async function copied(path: string, extension: string, hasPicture: boolean): Promise<string | null> {
  const out = `${path}.${extension}`;
  const tracks = hasPicture ? ['-map', '0:V:0', '-map', '0:a:0?'] : ['-map', '0:a:0'];
  const bare = ['-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-dn', '-sn'];
  const inFront = extension === 'mp4' || extension === 'm4a' ? ['-movflags', '+faststart'] : [];
  try {
    const args = ['-v', 'error', '-xerror', '-y', ...CLOSED, '-i', path, ...tracks, ...bare, '-c', 'copy', ...inFront, out];
    await run('ffmpeg', args, { timeout: COPY_TIMEOUT_MS, maxBuffer: 1 << 20 });
    return out;
  } catch {
    return null;
  }
}
