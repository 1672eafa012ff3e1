import type { Vec3 } from '@stead/platform/similarity';

export interface Viewpoint {
  position: Vec3;
  target: Vec3;
}

const FIELD_OF_VIEW_DEG = 60;
const SKY = [
  [232, 236, 240],
  [205, 212, 220],
] as const;

/** Points seen from a place, nearest in front: a painter with a depth buffer, discs that grow as they come near. */
export function renderPoints(
  xyz: Float32Array,
  rgb: Uint8Array,
  count: number,
  view: Viewpoint,
  width: number,
  height: number,
  spacing: number,
): Buffer {
  const [right, up, forward] = basis(view);
  const focal = width / 2 / Math.tan((FIELD_OF_VIEW_DEG * Math.PI) / 360);
  const depth = new Float32Array(width * height).fill(Infinity);
  const out = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1)
      for (let c = 0; c < 3; c += 1)
        out[(y * width + x) * 3 + c] = Math.round((SKY[0][c] ?? 0) + (((SKY[1][c] ?? 0) - (SKY[0][c] ?? 0)) * y) / height);
  }
  for (let i = 0; i < count; i += 1) {
    const [dx, dy, dz] = [
      (xyz[i * 3] ?? 0) - view.position[0],
      (xyz[i * 3 + 1] ?? 0) - view.position[1],
      (xyz[i * 3 + 2] ?? 0) - view.position[2],
    ];
    const z = dx * forward[0] + dy * forward[1] + dz * forward[2];
    if (z <= 1e-3) continue;
    const px = width / 2 + (focal * (dx * right[0] + dy * right[1] + dz * right[2])) / z;
    const py = height / 2 - (focal * (dx * up[0] + dy * up[1] + dz * up[2])) / z;
    const radius = Math.max(0, Math.min(3, Math.round((focal * spacing) / z / 2)));
    for (let y = Math.round(py) - radius; y <= py + radius; y += 1) {
      for (let x = Math.round(px) - radius; x <= px + radius; x += 1) {
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        const at = y * width + x;
        if (z >= (depth[at] ?? 0)) continue;
        depth[at] = z;
        for (let c = 0; c < 3; c += 1) out[at * 3 + c] = rgb[i * 3 + c] ?? 0;
      }
    }
  }
  return out;
}

function basis({ position, target }: Viewpoint): [Vec3, Vec3, Vec3] {
  const forward = unit([target[0] - position[0], target[1] - position[1], target[2] - position[2]]);
  const right = unit(cross(forward, Math.abs(forward[2]) > 0.999 ? [0, 1, 0] : [0, 0, 1]));
  return [right, cross(right, forward), forward];
}

function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(v: Vec3): Vec3 {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}
