import { createHash } from 'node:crypto';
import type { BundleManifest } from '@stead/contracts/pipeline';
import { mapBounded } from '@stead/platform/concurrency';
import { ObjectNotFound, type ObjectStore } from '@stead/platform/object-store';

const HEADS_AT_ONCE = 32;
const READS_AT_ONCE = 4;

type Listed = BundleManifest['files'][number];

/**
 * Whether a bundle is what its manifest says: every file there, in its size, with its content. The step that wrote a file put the
 * SHA-256 of its bytes into the manifest. What the store was given with the upload and has checked is believed; where it knows
 * nothing (files that came in parts, stores without such checksums) the bytes are read. The words for what is wrong first,
 * null when nothing is.
 */
export async function firstWrongFile(
  objects: Pick<ObjectStore, 'head' | 'get'>,
  { files, entry }: Pick<BundleManifest, 'files' | 'entry'>,
  prefix: string,
): Promise<string | null> {
  const named = new Set(files.map((file) => file.path));
  const { tileset, poster, plan, cameras, localisation, splat } = entry;
  const absent = [tileset, poster, plan, cameras, localisation, splat?.path ?? null].find(
    (path) => path !== null && !named.has(path),
  );
  if (absent !== undefined) return `The manifest points to ${absent} and does not list it`;
  const escaping = files.find((file) => file.path.startsWith('/') || file.path.split('/').includes('..'));
  if (escaping !== undefined) return `The path ${escaping.path} leaves the bundle`;
  const unknown: Listed[] = [];
  for (let at = 0; at < files.length; at += HEADS_AT_ONCE) {
    const wrong = await Promise.all(
      files.slice(at, at + HEADS_AT_ONCE).map(async (file) => {
        const head = await objects.head(prefix + file.path, { checksum: true });
        if (head === null) return `${file.path} is missing`;
        if (head.bytes !== file.bytes) return `${file.path} has ${head.bytes} bytes instead of ${file.bytes}`;
        if (head.sha256 === undefined) unknown.push(file);
        return head.sha256 === undefined || head.sha256 === file.sha256 ? null : damaged(file, head.sha256);
      }),
    );
    const first = wrong.find((finding) => finding !== null);
    if (first !== undefined) return first;
  }
  const read = await mapBounded(unknown, READS_AT_ONCE, (file) => readWrong(objects, file, prefix));
  return read.find((finding) => finding !== null) ?? null;
}

async function readWrong(objects: Pick<ObjectStore, 'get'>, file: Listed, prefix: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    const { body } = await objects.get(prefix + file.path);
    for await (const chunk of body as AsyncIterable<Buffer>) hash.update(chunk); // nobody has set an encoding
  } catch (error) {
    if (error instanceof ObjectNotFound) return `${file.path} is missing`; // a moment ago it was there
    throw error;
  }
  const there = hash.digest('hex');
  return there === file.sha256 ? null : damaged(file, there);
}

function damaged({ path, sha256 }: Listed, there: string): string {
  return `${path} is damaged: its SHA-256 is ${there} instead of ${sha256}`;
}
