import { open } from 'node:fs/promises';
import type { MediaVerdict, Upload } from '../../application/media-ports';
import { inspectImage } from './inspect-image';
import { inspectGlb } from './inspect-glb';
import { inspectRecording } from './inspect-recording';
import { inspectUsdz } from './inspect-usdz';
import { NOT_KNOWN, refused } from './verdicts';

const HEAD_BYTES = 512;

/** By what a file begins with, never by its name or by what its sender calls it. */
export async function inspectFile(upload: Upload): Promise<MediaVerdict> {
  const head = await headOf(upload.path);
  if (head.subarray(0, 4).toString('latin1') === 'glTF') return inspectGlb(upload);
  if (head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return inspectUsdz(upload);
  // SVG, HTML, playlists: texts that name other files, or run.
  if (/^\s*(<|#EXTM3U|%!PS)/.test(head.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '')))
    return refused('text', 'It is a text that can name other files or run in a browser.', 'Export it as a picture: PNG or WebP.');
  return (await inspectImage(upload)) ?? (await inspectRecording(upload)) ?? { ok: false, problem: NOT_KNOWN };
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
