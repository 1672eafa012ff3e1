import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DescriptorMatcher, readPlaceIndex, type PlaceIndex } from '@stead/platform/image-features';
import { ByteCache } from '../../application/byte-cache';
import { questionSchema, type Question } from '../question';
import { locatePhoto } from './locate-photo';

/** Indexes that were used last stay read. */
const INDEX_BYTES_MAX = 256 * 1024 * 1024;
/** What of this process is not V8's, and has no bound but this: decoded pictures, products of descriptors. */
const MEMORY_BYTES_MAX = 1024 * 1024 * 1024;
const MEMORY_LOOK_MS = 100;

const indexes = new ByteCache<PlaceIndex>(
  INDEX_BYTES_MAX,
  ({ descriptors, points }) => descriptors.length + 2 * points.byteLength,
);
let matcher: Promise<DescriptorMatcher> | undefined;

/** The child's whole life: a photo in, where it was taken out. One at a time. */
process.on('message', (message) => {
  const question = questionSchema.parse(message);
  matcher ??= DescriptorMatcher.load();
  void matcher
    .then((loaded) => locatePhoto(question, () => indexOf(question.index), loaded))
    .then((finding) => process.send?.({ id: question.id, finding }));
});
process.on('disconnect', () => process.exit(0));
setInterval(() => {
  if (process.memoryUsage.rss() > MEMORY_BYTES_MAX) process.exit(1);
}, MEMORY_LOOK_MS).unref();

function indexOf({ path, sha256 }: Question['index']): Promise<PlaceIndex> {
  return indexes.get(sha256, async () => {
    const bytes = await readFile(path);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error('The index changed while it was being read');
    return readPlaceIndex(bytes);
  });
}
