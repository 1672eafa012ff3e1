import { readFile } from 'node:fs/promises';
import type { MediaVerdict, Upload } from '../../application/media-ports';
import { refused, tooLarge } from './verdicts';

/** APPNOTE.TXT of ZIP, §4.3. */
const LOCAL_FILE = 0x04034b50;
const LOCAL_FILE_BYTES = 30;
const STORED = 0;
const FILES_MAX = 2_000;
/** USDZ specification: each file begins at a multiple of so many bytes. */
const ALIGNMENT = 64;
const KNOWN = /\.(usda|usdc|usd|png|jpe?g|exr|avif|m4a|mp3|wav)$/i;

/** An archive of files that are stored and not packed, a scene first; what it says of itself is compared with what is there. */
export async function inspectUsdz({ path, bytes }: Upload): Promise<MediaVerdict> {
  const large = tooLarge('usdz', bytes);
  if (large !== null) return large;
  const wrong = wrongIn(await readFile(path));
  if (wrong !== null) return refused('damaged', wrong, 'Export it again as USDZ.');
  const shown = {
    kind: 'usdz',
    mediaType: 'model/vnd.usdz+zip',
    extension: 'usdz',
    widthPx: null,
    heightPx: null,
    durationS: null,
  } as const;
  return { ok: true, path, shown };
}

function wrongIn(file: Buffer): string | null {
  let at = 0;
  let files = 0;
  while (at + LOCAL_FILE_BYTES <= file.length && file.readUInt32LE(at) === LOCAL_FILE) {
    const [flags, method] = [file.readUInt16LE(at + 6), file.readUInt16LE(at + 8)];
    const [length, nameLength, extraLength] = [
      file.readUInt32LE(at + 18),
      file.readUInt16LE(at + 26),
      file.readUInt16LE(at + 28),
    ];
    const name = file.toString('utf8', at + LOCAL_FILE_BYTES, at + LOCAL_FILE_BYTES + nameLength);
    const data = at + LOCAL_FILE_BYTES + nameLength + extraLength;
    if (method !== STORED || (flags & 0b1001) !== 0)
      return `${shortened(name)} is packed or encrypted, which USDZ does not allow.`;
    if (data + length > file.length) return 'The archive is cut off.';
    if (data % ALIGNMENT !== 0) return `${shortened(name)} does not begin at a multiple of ${ALIGNMENT} bytes.`;
    if (files === 0 && !/\.usd[ac]?$/i.test(name)) return 'It is an archive, and does not begin with a USD scene.';
    if (!KNOWN.test(name) || name.startsWith('/') || name.split('/').includes('..'))
      return `${shortened(name)} has no place in a USDZ.`;
    if ((files += 1) > FILES_MAX) return `It has more than ${FILES_MAX} files.`;
    at = data + length;
  }
  return files === 0 ? 'It is an archive without files.' : null;
}

function shortened(name: string): string {
  return name.slice(0, 80).replaceAll(/[^\x20-\x7e]/g, '?');
}
