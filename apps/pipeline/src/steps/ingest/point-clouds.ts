import { open } from 'node:fs/promises';
import { StepError } from '../../application/step';
import type { StepContext, StepResult } from '../../application/step';

const MAGIC_BYTES = 8;
const FORMATS = [
  { name: 'LAS', extensions: ['las', 'laz'], magic: 'LASF' },
  { name: 'PLY', extensions: ['ply'], magic: 'ply' },
] as const;

/** Only whether each file is what it calls itself: reading the points is the tiler's work. */
export async function ingestPointClouds(context: StepContext): Promise<StepResult> {
  const { files } = context.capture;
  let bytes = 0;
  for (const [index, file] of files.entries()) {
    const extension = file.name.toLowerCase().split('.').at(-1) ?? '';
    const magic = await firstBytes(await context.fetch(file));
    const format = FORMATS.find((known) => magic.startsWith(known.magic));
    if (format === undefined) {
      throw new StepError('user', 'point-cloud-unknown', `${file.name} is neither LAS, LAZ nor PLY by its first bytes`, [
        'Export the scan as LAS, LAZ or PLY; E57 and vendor formats can be converted with CloudCompare',
      ]);
    }
    if (!format.extensions.some((known) => known === extension)) {
      throw new StepError(
        'user',
        'point-cloud-misnamed',
        `${file.name} holds ${format.name} but is not called .${format.extensions[0]}`,
      );
    }
    bytes += file.bytes;
    const path = `clouds/${String(index + 1).padStart(4, '0')}.${extension}`;
    context.adopt(path, { path, key: file.key, bytes: file.bytes, sha256: file.sha256, mediaType: file.mediaType });
    context.progress((100 * (index + 1)) / files.length, file.name);
  }
  return { provider: 'magic bytes', metrics: { files: files.length, bytes }, notes: [] };
}

async function firstBytes(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await handle.close();
  }
}
