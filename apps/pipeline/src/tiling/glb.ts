/** sRGB bytes to linear bytes: COLOR_0 of glTF is linear, photographs and surveys are not (IEC 61966-2-1). */
const LINEAR = Uint8Array.from({ length: 256 }, (_, i) => {
  const c = i / 255;
  return Math.round(255 * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
});
const STEPS = 65_535;

/**
 * A binary glTF 2.0 of points: positions as 16-bit steps of their own box (KHR_mesh_quantization), linear 8-bit colours. The
 * outer node turns our z-up into glTF's y-up, which a 3D Tiles client turns back; the inner one undoes the quantisation.
 */
export function pointsGlb(xyz: Float64Array | Float32Array, rgb: Uint8Array, count: number): Buffer {
  const [min, max] = boundsOf(xyz, count);
  const size = max.map((value, axis) => Math.max(value - (min[axis] ?? 0), 1e-6));
  const positions = Buffer.alloc(count * 8); // three shorts, padded to the four-byte stride that glTF wants
  const colours = Buffer.alloc(count * 4, 255);
  const low = [STEPS, STEPS, STEPS];
  const high = [0, 0, 0];
  for (let i = 0; i < count; i += 1) {
    for (let axis = 0; axis < 3; axis += 1) {
      const step = Math.round((((xyz[i * 3 + axis] ?? 0) - (min[axis] ?? 0)) / (size[axis] ?? 1)) * STEPS);
      positions.writeUInt16LE(step, i * 8 + axis * 2);
      low[axis] = Math.min(low[axis] ?? 0, step);
      high[axis] = Math.max(high[axis] ?? 0, step);
      colours[i * 4 + axis] = LINEAR[rgb[i * 3 + axis] ?? 0] ?? 0;
    }
  }
  return encode({ translation: min, scale: size.map((value) => value / STEPS), low, high, count, positions, colours });
}

/** What a tile holds: positions as steps of `scale` from `translation` (8 bytes a point) and linear colours (4 bytes). */
export interface PointsOfTile {
  translation: readonly number[];
  scale: readonly number[];
  /** The least and the greatest step along each axis. */
  low: readonly number[];
  high: readonly number[];
  count: number;
  positions: Buffer;
  colours: Buffer;
}

/** A tile that this module has written. */
export function decode(glb: Buffer): PointsOfTile {
  const jsonBytes = glb.readUInt32LE(12);
  // Nothing but `encode` makes tiles, and their SHA-256 was checked when they were read.
  const document = JSON.parse(glb.toString('utf8', 20, 20 + jsonBytes)) as ReturnType<typeof documentOf>;
  const { translation = [0, 0, 0], scale = [1, 1, 1] } = document.nodes[1] ?? {};
  const [{ count, min: low = [], max: high = [] } = { count: 0 }] = document.accessors;
  const body = 28 + jsonBytes;
  const positions = glb.subarray(body, body + count * 8);
  return { translation, scale, low, high, count, positions, colours: glb.subarray(body + count * 8, body + count * 12) };
}

export function encode(points: PointsOfTile): Buffer {
  return container(Buffer.from(JSON.stringify(documentOf(points))), Buffer.concat([points.positions, points.colours]));
}

/** The linear byte of a byte of a photograph. */
export function linearOf(srgb: number): number {
  return LINEAR[srgb] ?? 0;
}

function documentOf({ translation, scale, low, high, count, positions, colours }: PointsOfTile) {
  return {
    asset: { version: '2.0', generator: 'stead' },
    extensionsUsed: ['KHR_mesh_quantization', 'KHR_materials_unlit'],
    extensionsRequired: ['KHR_mesh_quantization'],
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [
      { rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2], children: [1] },
      { translation, scale, mesh: 0 },
    ],
    meshes: [{ primitives: [{ attributes: { POSITION: 0, COLOR_0: 1 }, mode: 0, material: 0 }] }],
    materials: [
      { extensions: { KHR_materials_unlit: {} }, pbrMetallicRoughness: { baseColorFactor: [1, 1, 1, 1], metallicFactor: 0 } },
    ],
    accessors: [
      { bufferView: 0, componentType: 5123, count, type: 'VEC3', min: low, max: high },
      { bufferView: 1, componentType: 5121, normalized: true, count, type: 'VEC4' },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: positions.length, byteStride: 8, target: 34962 },
      { buffer: 0, byteOffset: positions.length, byteLength: colours.length, byteStride: 4, target: 34962 },
    ],
    buffers: [{ byteLength: positions.length + colours.length }],
  };
}

function boundsOf(xyz: Float64Array | Float32Array, count: number): [number[], number[]] {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < count * 3; i += 1) {
    const [axis, value] = [i % 3, xyz[i] ?? 0];
    min[axis] = Math.min(min[axis] ?? 0, value);
    max[axis] = Math.max(max[axis] ?? 0, value);
  }
  return [min, max];
}

/** Header and two chunks, each padded to four bytes (glTF 2.0 §4.4). */
function container(json: Buffer, binary: Buffer): Buffer {
  const pad = (buffer: Buffer, fill: number): Buffer =>
    Buffer.concat([buffer, Buffer.alloc((4 - (buffer.length % 4)) % 4, fill)]);
  const [text, body] = [pad(json, 0x20), pad(binary, 0)];
  const head = Buffer.alloc(20);
  head.write('glTF', 0, 'latin1');
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(28 + text.length + body.length, 8);
  head.writeUInt32LE(text.length, 12);
  head.write('JSON', 16, 'latin1');
  const chunk = Buffer.alloc(8);
  chunk.writeUInt32LE(body.length, 0);
  chunk.write('BIN\0', 4, 'latin1');
  return Buffer.concat([head, text, chunk, body]);
}
