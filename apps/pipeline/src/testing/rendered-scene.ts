import type { Matrix3, Vec3 } from '@stead/platform/similarity';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Step } from '../application/step';
import { lensOf } from '../dense/lens';
import type { Camera } from '../domain/colmap-model';

/**
 * A corner of a room (back wall, floor, a box in front) with known poses, lens and surfaces, drawn by casting one ray a pixel:
 * what comes out of a step can be held against the truth. The frame is COLMAP's at the first camera: y down, z ahead.
 */
export class RenderedScene {
  readonly camera: Camera;
  readonly poses: Pose[];

  constructor({ views = 7, width = 400, k1 = -0.08 }: { views?: number; width?: number; k1?: number } = {}) {
    const height = (width * 3) / 4;
    this.camera = { id: 1, model: 'SIMPLE_RADIAL', width, height, params: [width * 0.75, width / 2, height / 2, k1] };
    this.poses = Array.from({ length: views }, (_, i) => poseOf(i - (views - 1) / 2, i));
  }

  /** Where the ray of a distorted pixel meets the scene. */
  seen(pose: Pose, px: number, py: number): Vec3 {
    const [x, y] = this.undistorted(px, py);
    return meet(pose, this.rayOf(pose, x, y));
  }

  /** How far a point lies from the nearest surface. */
  offSurface([x, y, z]: Vec3): number {
    const box = Math.hypot(beyond(x, -0.6, 0.4), beyond(y, 0.2, FLOOR_Y), z - BOX_Z);
    const side = Math.hypot(x - 0.4, beyond(y, 0.2, FLOOR_Y), beyond(z, BOX_Z, BOX_Z + 0.6));
    const top = Math.hypot(beyond(x, -0.6, 0.4), y - 0.2, beyond(z, BOX_Z, BOX_Z + 0.6));
    const left = Math.hypot(x + 0.6, beyond(y, 0.2, FLOOR_Y), beyond(z, BOX_Z, BOX_Z + 0.6));
    return Math.min(Math.abs(z - WALL_Z), Math.abs(y - FLOOR_Y), box, side, top, left);
  }

  /** COLMAP's text model with `pointsPerView` points, each in the track of every view that sees it. */
  modelText(pointsPerView = 120): { cameras: string; images: string; points3D: string } {
    const { width, height, model, params } = this.camera;
    const observed: { x: number; y: number; point: number }[][] = this.poses.map(() => []);
    const points: string[] = [];
    this.poses.forEach((pose, own) => {
      for (let n = 0; n < pointsPerView; n += 1) {
        const from = this.seen(
          pose,
          ((n * 0.618 + own * 0.37) % 1) * width,
          (((n * 7) % pointsPerView) / pointsPerView) * height,
        );
        const id = points.length + 1;
        const track = this.poses.flatMap((other, index) => {
          const at = this.pixelOf(other, from);
          if (at === null) return [];
          const row = observed[index];
          row?.push({ x: at[0], y: at[1], point: id });
          return [`${index + 1} ${(row?.length ?? 1) - 1}`];
        });
        points.push(`${id} ${from.join(' ')} 120 130 140 0.3 ${track.join(' ')}`);
      }
    });
    const images = this.poses.map(({ quaternion, translation }, i) => {
      const row = observed[i] ?? [];
      const pose = `${i + 1} ${quaternion.join(' ')} ${translation.join(' ')} 1 ${nameOf(i)}`;
      return `${pose}\n${row.map(({ x, y, point }) => `${x} ${y} ${point}`).join(' ')}`;
    });
    return {
      cameras: `1 ${model} ${width} ${height} ${params.join(' ')}\n`,
      images: `${images.join('\n')}\n`,
      points3D: `${points.join('\n')}\n`,
    };
  }

  /** The pictures as files of a folder. */
  async draw(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const { width, height } = this.camera;
    for (const [i, pose] of this.poses.entries()) {
      const rgb = Buffer.alloc(width * height * 3);
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          const colour = texture(this.seen(pose, x + 0.5, y + 0.5));
          rgb.set(
            colour.map((value) => Math.max(0, Math.min(255, value))),
            (y * width + x) * 3,
          );
        }
      }
      await sharp(rgb, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 95 })
        .toFile(join(folder, nameOf(i)));
    }
  }

  /** Stands in for reconstruct: hands on the true poses. */
  reconstruct(): Step {
    const text = this.modelText();
    const [images, registered] = [this.poses.length, this.poses.length];
    return {
      name: 'reconstruct',
      version: 1,
      reads: ['ingest', 'frames', 'anonymize'],
      optionsRead: [],
      async run(context) {
        for (const [name, content] of Object.entries(text)) {
          await context.put(`sparse/${name}.txt`, Buffer.from(content), 'text/plain');
        }
        return { provider: 'truth', metrics: { images, registered, reprojectionPx: 0.3, sparsePoints: 1 }, notes: [] };
      },
    };
  }

  /** The distorted pixel that shows a point; null outside of the picture and behind something else. */
  private pixelOf(pose: Pose, point: Vec3): [number, number] | null {
    const [x, y, z] = toCamera(pose, point);
    if (z <= 0.1) return null;
    const lens = lensOf(this.camera);
    if (lens === null) throw new Error('not a lens of this scene');
    const [dx, dy] = lens.distort(x / z, y / z);
    const [px, py] = [dx * lens.fx + lens.cx, dy * lens.fy + lens.cy];
    if (px < 0 || py < 0 || px >= this.camera.width || py >= this.camera.height) return null;
    const first = meet(pose, this.rayOf(pose, x / z, y / z));
    return Math.hypot(first[0] - point[0], first[1] - point[1], first[2] - point[2]) < 0.02 ? [px, py] : null;
  }

  /** Fixed-point inversion of the lens; distortions as small as these converge in a few rounds. */
  private undistorted(px: number, py: number): [number, number] {
    const [f = 1, cx = 0, cy = 0, k1 = 0] = this.camera.params;
    const [dx, dy] = [(px - cx) / f, (py - cy) / f];
    let [x, y] = [dx, dy];
    for (let round = 0; round < 12; round += 1) {
      const factor = 1 + k1 * (x * x + y * y);
      [x, y] = [dx / factor, dy / factor];
    }
    return [x, y];
  }

  private rayOf({ rotation: r }: Pose, x: number, y: number): Vec3 {
    return [r[0] * x + r[3] * y + r[6], r[1] * x + r[4] * y + r[7], r[2] * x + r[5] * y + r[8]];
  }
}

export interface Pose {
  centre: Vec3;
  rotation: Matrix3;
  quaternion: [number, number, number, number];
  translation: Vec3;
}

const WALL_Z = 5;
const FLOOR_Y = 1.2;
const BOX_Z = 3.2;

export function nameOf(index: number): string {
  return `${String(index + 1).padStart(4, '0')}.jpg`;
}

/** On an arc, at two heights, each turned towards the middle. */
function poseOf(step: number, index: number): Pose {
  const centre: Vec3 = [step * 0.28, index % 2 === 0 ? -0.1 : 0.12, -0.02 * step * step];
  const half = (step * 0.05) / 2;
  const [w, y] = [Math.cos(half), Math.sin(half)];
  const [c, s] = [w * w - y * y, 2 * w * y];
  const rotation: Matrix3 = [c, 0, s, 0, 1, 0, -s, 0, c];
  const [a, b, d] = centre;
  return { centre, rotation, quaternion: [w, 0, y, 0], translation: [-(c * a + s * d), -b, -(-s * a + c * d)] };
}

function toCamera({ rotation: r, translation: t }: Pose, [x, y, z]: Vec3): Vec3 {
  return [r[0] * x + r[1] * y + r[2] * z + t[0], r[3] * x + r[4] * y + r[5] * z + t[1], r[6] * x + r[7] * y + r[8] * z + t[2]];
}

function meet({ centre: [cx, cy, cz] }: Pose, [dx, dy, dz]: Vec3): Vec3 {
  let nearest = dz > 0 ? (WALL_Z - cz) / dz : Infinity;
  const floor = dy > 0 ? (FLOOR_Y - cy) / dy : Infinity;
  nearest = Math.min(nearest, floor);
  const inBox = (t: number): boolean => {
    const [x, y, z] = [cx + t * dx, cy + t * dy, cz + t * dz];
    return x >= -0.6001 && x <= 0.4001 && y >= 0.1999 && y <= FLOOR_Y && z >= BOX_Z - 1e-4 && z <= BOX_Z + 0.6001;
  };
  for (const t of [(BOX_Z - cz) / dz, (0.2 - cy) / dy, (0.4 - cx) / dx, (-0.6 - cx) / dx]) {
    if (t > 0 && t < nearest && inBox(t)) nearest = t;
  }
  return [cx + nearest * dx, cy + nearest * dy, cz + nearest * dz];
}

function beyond(value: number, from: number, to: number): number {
  return Math.max(from - value, 0, value - to);
}

/** Three octaves of value noise over the surface: rich enough to match, smooth enough to be sampled. */
export function texture([x, y, z]: Vec3): Vec3 {
  const grey = 60 * noise(x * 3, y * 3, z * 3) + 60 * noise(x * 9, y * 9, z * 9) + 70 * noise(x * 22, y * 22, z * 22);
  return [grey + 40, grey + 20 + 20 * Math.sin(x), grey + 60 * (z / WALL_Z)];
}

function noise(x: number, y: number, z: number): number {
  const [x0, y0, z0] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const u = smooth(x - x0);
  const v = smooth(y - y0);
  const w = smooth(z - z0);
  const edge = (j: number, k: number): number => hash(x0, y0 + j, z0 + k) * (1 - u) + hash(x0 + 1, y0 + j, z0 + k) * u;
  return (edge(0, 0) * (1 - v) + edge(1, 0) * v) * (1 - w) + (edge(0, 1) * (1 - v) + edge(1, 1) * v) * w;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function hash(x: number, y: number, z: number): number {
  const h = Math.imul(x * 374_761_393 + y * 668_265_263 + z * 2_147_483_647, 1_274_126_177);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}
