import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isAbsolute, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StepError } from './step';

/** Size and sha256 of a local file, read as a stream. */
export async function describeFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(path), async function (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { bytes, sha256: hash.digest('hex') };
}

export function describeBytes(content: Buffer): { bytes: number; sha256: string } {
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

/** A path that a record names, refused where it would leave the folder that it is put into. */
export function insideFolder(path: string): string {
  const normal = normalize(path);
  if (path === '' || isAbsolute(path) || normal === '..' || normal.startsWith(`..${sep}`) || path.includes('\0')) {
    throw new StepError('data', 'unsafe-path', `"${path}" is not a path inside of a step's folder`);
  }
  return normal;
}
