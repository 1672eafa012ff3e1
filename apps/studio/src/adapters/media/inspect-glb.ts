import { readFile } from 'node:fs/promises';
import { validateBytes } from 'gltf-validator';
import { z } from 'zod';
import type { MediaVerdict, Upload } from '../../application/media-ports';
import { refused, tooLarge } from './verdicts';

/** glTF 2.0 §4: magic, version and length, then chunks of length, type and data. */
const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const JSON_CHUNK = 0x4e4f534a;
const JSON_BYTES_MAX = 16 * 1024 * 1024;
/** A phone shows so many, and not for long. */
const VERTICES_MAX = 3_000_000;
const BYTES_OF_COMPONENT: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };
const COMPONENTS: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 };

const count = z.number().int().min(0).max(1e12);
const withUri = z.looseObject({ uri: z.string().optional() });
const gltfSchema = z.looseObject({
  asset: z.looseObject({ version: z.string() }),
  buffers: z.array(withUri.extend({ byteLength: count })).default([]),
  images: z.array(withUri).default([]),
  bufferViews: z.array(z.looseObject({ byteLength: count })).default([]),
  accessors: z
    .array(z.looseObject({ bufferView: count.optional(), count, componentType: z.number(), type: z.string() }))
    .default([]),
  meshes: z.array(z.looseObject({ primitives: z.array(z.looseObject({ attributes: z.record(z.string(), count) })) })).default([]),
});
type Gltf = z.infer<typeof gltfSchema>;

/** What a model says of itself is compared with what is there, before anybody makes room for it. */
export async function inspectGlb({ path, bytes }: Upload): Promise<MediaVerdict> {
  const large = tooLarge('glb', bytes);
  if (large !== null) return large;
  const file = await readFile(path);
  const gltf = gltfOf(file);
  if (gltf === null) return damaged('It is no GLB 2.0, or cut off.');
  const wrong = wrongIn(gltf);
  if (wrong !== null) return wrong;
  const { issues } = await validateBytes(new Uint8Array(file), { maxIssues: 20, writeTimestamp: false });
  const first = issues.messages.find(({ severity }) => severity === 0);
  if (issues.numErrors > 0)
    return damaged(`${first?.code ?? 'Its contents are not valid'}: ${first?.message ?? ''}`.slice(0, 300));
  const shown = {
    kind: 'glb',
    mediaType: 'model/gltf-binary',
    extension: 'glb',
    widthPx: null,
    heightPx: null,
    durationS: null,
  } as const;
  return { ok: true, path, shown };
}

function gltfOf(file: Buffer): Gltf | null {
  if (file.length < HEADER_BYTES + CHUNK_HEADER_BYTES || file.readUInt32LE(4) !== 2 || file.readUInt32LE(8) !== file.length)
    return null;
  const [length, type] = [file.readUInt32LE(HEADER_BYTES), file.readUInt32LE(HEADER_BYTES + 4)];
  const from = HEADER_BYTES + CHUNK_HEADER_BYTES;
  if (type !== JSON_CHUNK || length > JSON_BYTES_MAX || from + length > file.length) return null;
  try {
    return gltfSchema.parse(JSON.parse(file.toString('utf8', from, from + length)));
  } catch {
    return null;
  }
}

function wrongIn(gltf: Gltf): MediaVerdict | null {
  const outside = [...gltf.buffers, ...gltf.images].find(({ uri }) => uri !== undefined && !/^data:/i.test(uri));
  if (outside !== undefined)
    return refused(
      'outside',
      `It names another file: ${(outside.uri ?? '').slice(0, 80)}.`,
      'Export it as one GLB with everything in it.',
    );
  for (const { bufferView, count: elements, componentType, type } of gltf.accessors) {
    const needed = elements * (BYTES_OF_COMPONENT[componentType] ?? 0) * (COMPONENTS[type] ?? 0);
    if (bufferView !== undefined && needed > (gltf.bufferViews[bufferView]?.byteLength ?? -1))
      return damaged(`It promises ${elements} values and has not that many.`);
  }
  const vertices = gltf.meshes
    .flatMap(({ primitives }) => primitives)
    .reduce((sum, { attributes }) => sum + (gltf.accessors[attributes['POSITION'] ?? -1]?.count ?? 0), 0);
  if (vertices > VERTICES_MAX)
    return refused(
      'too-many-vertices',
      `It has ${vertices} vertices.`,
      `Reduce it to ${VERTICES_MAX} at most; 100,000 are plenty.`,
    );
  return null;
}

function damaged(detail: string): MediaVerdict {
  return refused('damaged', detail, 'Export it again as GLB 2.0 and check it with a glTF validator.');
}
