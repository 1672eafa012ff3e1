import { Malformed } from '@stead/platform/malformed';
import { z } from 'zod';
import { DESCRIPTOR_BYTES } from './colmap-database';
import type { Vocabulary } from './image-retrieval';

/**
 * The index by which a photo finds its place: for each image of a map the descriptors that have a point in it, that point, and one
 * vector by which like images are found first. Layout: `STLOC001`, the length of the JSON header as uint32, the header, then the
 * blocks that it names, little-endian.
 */
export interface PlaceIndex {
  images: readonly IndexedImage[];
  vocabulary: Vocabulary;
  /** One of `vocabulary.centres * vocabulary.dimensions` an image. */
  vectors: readonly Float32Array[];
  /** x, y and z of each descriptor's point, in the map's frame. */
  points: Float32Array;
  descriptors: Uint8Array;
}

/** Its rows of descriptors and points. */
export interface IndexedImage {
  image: string;
  first: number;
  count: number;
}

const MAGIC = 'STLOC001';
const HEADER_AT = MAGIC.length + 4;
const HEADER_BYTES_MAX = 16 * 1024 * 1024;
const FLOAT_BYTES = 4;

const count = z.number().int().nonnegative();
const headerSchema = z.object({
  descriptor: z.object({ kind: z.literal('sift'), bytes: z.literal(DESCRIPTOR_BYTES), count }),
  vlad: z.object({ centres: count, dimensions: count }),
  images: z.array(z.object({ image: z.string(), first: count, count })),
  blocks: z.array(z.object({ name: z.string(), bytes: count })),
});

export function writePlaceIndex({ images, vocabulary, vectors, points, descriptors }: PlaceIndex): Buffer {
  const blocks = {
    vocabulary: bytesOf(vocabulary.values),
    vectors: Buffer.concat(vectors.map(bytesOf)),
    points: bytesOf(points),
    descriptors: Buffer.from(descriptors.buffer, descriptors.byteOffset, descriptors.byteLength),
  };
  const header = Buffer.from(
    JSON.stringify({
      descriptor: { kind: 'sift', bytes: DESCRIPTOR_BYTES, count: descriptors.length / DESCRIPTOR_BYTES },
      vlad: { centres: vocabulary.centres, dimensions: vocabulary.dimensions },
      images: [...images],
      blocks: Object.entries(blocks).map(([name, block]) => ({ name, bytes: block.length })),
    } satisfies z.infer<typeof headerSchema>),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([Buffer.from(MAGIC), length, header, ...Object.values(blocks)]);
}

/** Throws `malformed-place-index` for what is not whole: whoever reads on may trust every row and length. */
export function readPlaceIndex(bytes: Buffer): PlaceIndex {
  const header = headerOf(bytes);
  const { centres, dimensions } = header.vlad;
  const rows = header.descriptor.count;
  const blocks = blocksOf(bytes, header);
  const block = (name: string, length: number): Buffer => {
    const found = blocks.get(name);
    if (found?.length !== length) throw malformed(`its ${name} are not ${length} bytes`);
    return found;
  };
  if (dimensions !== DESCRIPTOR_BYTES && centres > 0) throw malformed('its vocabulary is of other descriptors');
  for (const { first, count: own } of header.images)
    if (first + own > rows) throw malformed('an image has rows that are not there');
  const vectorLength = centres * dimensions;
  const vectors = floatsOf(block('vectors', header.images.length * vectorLength * FLOAT_BYTES));
  return {
    images: header.images,
    vocabulary: { centres, dimensions, values: floatsOf(block('vocabulary', vectorLength * FLOAT_BYTES)) },
    vectors: header.images.map((_, i) => vectors.subarray(i * vectorLength, (i + 1) * vectorLength)),
    points: floatsOf(block('points', rows * 3 * FLOAT_BYTES)),
    descriptors: block('descriptors', rows * DESCRIPTOR_BYTES),
  };
}

function headerOf(bytes: Buffer): z.infer<typeof headerSchema> {
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC || bytes.length < HEADER_AT) throw malformed('it is none');
  const length = bytes.readUInt32LE(MAGIC.length);
  if (length > HEADER_BYTES_MAX || HEADER_AT + length > bytes.length) throw malformed('its header is cut off');
  try {
    return headerSchema.parse(JSON.parse(bytes.toString('utf8', HEADER_AT, HEADER_AT + length)));
  } catch {
    throw malformed('its header cannot be read');
  }
}

function blocksOf(bytes: Buffer, { blocks }: z.infer<typeof headerSchema>): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  let at = HEADER_AT + bytes.readUInt32LE(MAGIC.length);
  for (const { name, bytes: length } of blocks) {
    found.set(name, bytes.subarray(at, at + length));
    at += length;
  }
  if (at !== bytes.length) throw malformed(`it has ${bytes.length} bytes instead of ${at}`);
  return found;
}

function malformed(why: string): Malformed {
  return new Malformed('malformed-place-index', `This is not an index of a place: ${why}`);
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** A copy: a block may begin where no float may. */
function floatsOf(block: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(block).buffer);
}
