/** A room of 6 × 5 × 3 m as a tileset of two levels, in the form in which the pipeline writes its tiles. */
export function smallTileset(): Map<string, Buffer> {
  const points = room();
  const coarse = points.filter((_, i) => i % 8 === 0);
  const quarters = [0, 1, 2, 3].map((quarter) => points.filter((point, i) => i % 8 !== 0 && quarterOf(point) === quarter));
  const files = new Map<string, Buffer>([['tiles/0.glb', glb(coarse)]]);
  quarters.forEach((quarter, i) => files.set(`tiles/0-${i}.glb`, glb(quarter)));
  files.set(
    'tiles/tileset.json',
    Buffer.from(
      JSON.stringify({
        asset: { version: '1.1' },
        geometricError: 4,
        root: {
          boundingVolume: boxOf(points),
          geometricError: 0.2,
          refine: 'ADD',
          content: { uri: '0.glb' },
          children: quarters.map((quarter, i) => ({
            boundingVolume: boxOf(quarter),
            geometricError: 0,
            content: { uri: `0-${i}.glb` },
          })),
        },
      }),
    ),
  );
  return files;
}

export const ROOM = { min: [0, 0, 0] as const, max: [6, 5, 3] as const };
/** Points of the whole room. */
export const ROOM_POINTS = 34_000;

interface Point {
  at: [number, number, number];
  /** sRGB. */
  colour: [number, number, number];
}

function room(): Point[] {
  const random = lehmer(7);
  const points: Point[] = [];
  const [width, depth, height] = ROOM.max;
  const scatter = (count: number, at: () => Point['at'], colour: (at: Point['at']) => Point['colour']): void => {
    for (let i = 0; i < count; i += 1) {
      const where = at();
      points.push({ at: where, colour: colour(where) });
    }
  };
  const check = (a: number, b: number): boolean => (Math.floor(a * 2) + Math.floor(b * 2)) % 2 === 0;
  scatter(
    12_000,
    () => [random() * width, random() * depth, 0],
    ([x, y]) => (check(x, y) ? [200, 170, 130] : [150, 110, 80]),
  );
  scatter(
    6_000,
    () => [random() * width, depth, random() * height],
    ([x, , z]) => (check(x, z) ? [60, 110, 190] : [90, 150, 220]),
  );
  scatter(
    6_000,
    () => [0, random() * depth, random() * height],
    () => [190, 70, 70],
  );
  scatter(
    6_000,
    () => [width, random() * depth, random() * height],
    () => [80, 160, 90],
  );
  scatter(
    4_000,
    () => [4 + random(), 3 + random(), random()],
    () => [240, 200, 40],
  );
  return points;
}

function quarterOf({ at: [x, y] }: Point): number {
  return (x < ROOM.max[0] / 2 ? 0 : 1) + (y < ROOM.max[1] / 2 ? 0 : 2);
}

function boundsOf(points: readonly Point[]): { min: number[]; max: number[] } {
  const axes = [0, 1, 2] as const;
  const along = (axis: 0 | 1 | 2): number[] => points.map((point) => point.at[axis]);
  return {
    min: axes.map((axis) => along(axis).reduce((a, b) => Math.min(a, b))),
    max: axes.map((axis) => along(axis).reduce((a, b) => Math.max(a, b))),
  };
}

function boxOf(points: readonly Point[]): { box: number[] } {
  const { min, max } = boundsOf(points);
  const half = (axis: number): number => Math.max(0.01, ((max[axis] ?? 0) - (min[axis] ?? 0)) / 2);
  const centre = [0, 1, 2].map((axis) => ((max[axis] ?? 0) + (min[axis] ?? 0)) / 2);
  return { box: [...centre, half(0), 0, 0, 0, half(1), 0, 0, 0, half(2)] };
}

/** glTF is y up: the node turns the z-up points by -90° about x. Positions are 16 bit, colours 8 bit and linear. */
function glb(points: readonly Point[]): Buffer {
  const { min, max } = boundsOf(points);
  const size = [0, 1, 2].map((axis) => Math.max(1e-6, (max[axis] ?? 0) - (min[axis] ?? 0)));
  const positions = Buffer.alloc(points.length * 8);
  const colours = Buffer.alloc(points.length * 4);
  points.forEach(({ at, colour }, i) => {
    at.forEach((value, axis) => {
      const share = (value - (min[axis] ?? 0)) / (size[axis] ?? 1);
      positions.writeUInt16LE(Math.round(share * 65_535), i * 8 + axis * 2);
    });
    colour.forEach((value, channel) => colours.writeUInt8(Math.round(255 * linear(value / 255)), i * 4 + channel));
    colours.writeUInt8(255, i * 4 + 3);
  });
  const json = {
    asset: { version: '2.0' },
    extensionsUsed: ['KHR_mesh_quantization'],
    extensionsRequired: ['KHR_mesh_quantization'],
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [
      {
        mesh: 0,
        rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2],
        scale: size,
        translation: [min[0], min[2], -(min[1] ?? 0)],
      },
    ],
    meshes: [{ primitives: [{ mode: 0, attributes: { POSITION: 0, COLOR_0: 1 } }] }],
    buffers: [{ byteLength: positions.length + colours.length }],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: positions.length, byteStride: 8, target: 34_962 },
      { buffer: 0, byteOffset: positions.length, byteLength: colours.length, byteStride: 4, target: 34_962 },
    ],
    accessors: [
      {
        bufferView: 0,
        componentType: 5123,
        normalized: true,
        count: points.length,
        type: 'VEC3',
        min: [0, 0, 0],
        max: [1, 1, 1],
      },
      { bufferView: 1, componentType: 5121, normalized: true, count: points.length, type: 'VEC4' },
    ],
  };
  return pack(Buffer.from(JSON.stringify(json)), Buffer.concat([positions, colours]));
}

function pack(json: Buffer, binary: Buffer): Buffer {
  const padded = Buffer.concat([json, Buffer.alloc((4 - (json.length % 4)) % 4, 0x20)]);
  const chunk = (type: number, data: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(data.length, 0);
    head.writeUInt32LE(type, 4);
    return Buffer.concat([head, data]);
  };
  const body = Buffer.concat([chunk(0x4e4f534a, padded), chunk(0x004e4942, binary)]);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(0x46546c67, 0);
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(12 + body.length, 8);
  return Buffer.concat([head, body]);
}

/** IEC 61966-2-1. */
function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** The same room each time: Park and Miller's generator. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
