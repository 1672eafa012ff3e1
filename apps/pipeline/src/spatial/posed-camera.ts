import { rotationOf, type Matrix3, type Vec3 } from '@stead/platform/similarity';
import type { Lens } from '../dense/lens';
import type { RegisteredImage } from '../domain/colmap-model';
import { boxAround } from '../domain/covered-region';
import { grown, type Box } from '../domain/detection';
import type { Transform } from '../domain/transform';

const INVERSION_ROUNDS = 20;
/** Samples of a side of the picture. */
const RIM_SAMPLES = 16;
/** A lens formula holds within the picture; beyond this much more than its rim it may fold back into it. */
const RIM_SLACK = 1.05;
/** Lines bend between the samples of a rim. */
const BOX_SLACK = 1.04;

export interface Pixel {
  u: number;
  v: number;
  /** Along the camera's axis, in units of the map. */
  depth: number;
}

/** A photo's camera in the map's frame, with its real lens. Pixels count from the upper left corner, as in COLMAP. */
export class PosedCamera {
  readonly centre: Vec3;
  private readonly rotation: Matrix3;
  private readonly translation: Vec3;
  private readonly radius2Max: number;

  constructor(
    readonly size: { width: number; height: number },
    private readonly lens: Lens,
    { qvec, tvec }: Pick<RegisteredImage, 'qvec' | 'tvec'>,
    transform: Transform,
  ) {
    // x_camera = Q x_model + q and x_map = s R x_model + t: scaled by s, x_camera = Q Rᵀ x_map + (s q − Q Rᵀ t).
    const turn = transform.rotation;
    const q = rotationOf(qvec);
    const row = (i: number): Vec3 => {
      const column = (j: number): number =>
        at(q, i) * at(turn, 3 * j) + at(q, i + 1) * at(turn, 3 * j + 1) + at(q, i + 2) * at(turn, 3 * j + 2);
      return [column(0), column(1), column(2)];
    };
    const rows = [row(0), row(3), row(6)] as const;
    this.rotation = [...rows[0], ...rows[1], ...rows[2]];
    const [x, y, z] = transform.translation;
    const shift = (r: Vec3, own: number): number => transform.scale * own - (r[0] * x + r[1] * y + r[2] * z);
    this.translation = [shift(rows[0], tvec[0]), shift(rows[1], tvec[1]), shift(rows[2], tvec[2])];
    const r = this.rotation;
    const [a, b, c] = this.translation;
    this.centre = [-(r[0] * a + r[3] * b + r[6] * c), -(r[1] * a + r[4] * b + r[7] * c), -(r[2] * a + r[5] * b + r[8] * c)];
    this.radius2Max =
      rimOf(0, 0, size.width, size.height).reduce((most, [u, v]) => {
        const [px, py] = this.undistorted(u, v);
        return Math.max(most, px * px + py * py);
      }, 0) *
      RIM_SLACK ** 2;
  }

  /** Where the picture shows a point; null for one behind the camera and one beside the picture. */
  pixelOf(x: number, y: number, z: number): Pixel | null {
    const { rotation: r, translation: t, lens } = this;
    const depth = r[6] * x + r[7] * y + r[8] * z + t[2];
    if (depth <= 0) return null;
    const [nx, ny] = [(r[0] * x + r[1] * y + r[2] * z + t[0]) / depth, (r[3] * x + r[4] * y + r[5] * z + t[1]) / depth];
    if (nx * nx + ny * ny > this.radius2Max) return null;
    const [dx, dy] = lens.distort(nx, ny);
    const [u, v] = [lens.fx * dx + lens.cx, lens.fy * dy + lens.cy];
    return u >= 0 && v >= 0 && u < this.size.width && v < this.size.height ? { u, v, depth } : null;
  }

  /** Whole pixels around all that the picture may show of the hull of these points. */
  boxOf(points: readonly Readonly<Vec3>[]): Box {
    const { rotation: r, translation: t, size } = this;
    const low: [number, number] = [Infinity, Infinity];
    const high: [number, number] = [-Infinity, -Infinity];
    for (const [x, y, z] of points) {
      const depth = r[6] * x + r[7] * y + r[8] * z + t[2];
      if (depth <= 0) return { x: 0, y: 0, ...size };
      const [nx, ny] = [(r[0] * x + r[1] * y + r[2] * z + t[0]) / depth, (r[3] * x + r[4] * y + r[5] * z + t[1]) / depth];
      for (const [axis, value] of [nx, ny].entries()) {
        low[axis] = Math.min(low[axis] ?? value, value);
        high[axis] = Math.max(high[axis] ?? value, value);
      }
    }
    const reach = Math.sqrt(this.radius2Max);
    const cut = (value: number): number => Math.max(-reach, Math.min(reach, value));
    const [x0, y0, x1, y1] = [cut(low[0]), cut(low[1]), cut(high[0]), cut(high[1])];
    const { fx, fy, cx, cy, distort } = this.lens;
    const shown = rimOf(x0, y0, x1, y1).map(([x, y]): [number, number] => {
      const [dx, dy] = distort(x, y);
      return [fx * dx + cx, fy * dy + cy];
    });
    return grown(boxAround(shown), BOX_SLACK, size);
  }

  /** What shows in a part of the picture lies within this angle of this direction. */
  coneOf({ x, y, width, height }: Box): { axis: Vec3; angle: number } {
    const axis = unit(this.rayOf(x + width / 2, y + height / 2));
    const angle = rimOf(x, y, x + width, y + height).reduce((most, [u, v]) => {
      const ray = unit(this.rayOf(u, v));
      return Math.max(most, Math.acos(Math.max(-1, Math.min(1, axis[0] * ray[0] + axis[1] * ray[1] + axis[2] * ray[2]))));
    }, 0);
    return { axis, angle };
  }

  /** The direction of what a pixel shows, so long that it goes one unit of depth. */
  rayOf(u: number, v: number): Vec3 {
    const [x, y] = this.undistorted(u, v);
    const r = this.rotation;
    return [r[0] * x + r[3] * y + r[6], r[1] * x + r[4] * y + r[7], r[2] * x + r[5] * y + r[8]];
  }

  /** By fixed-point iteration; photographs' distortions are mild enough for it. */
  private undistorted(u: number, v: number): [number, number] {
    const { fx, fy, cx, cy, distort } = this.lens;
    const [wantedX, wantedY] = [(u - cx) / fx, (v - cy) / fy];
    let [x, y] = [wantedX, wantedY];
    for (let round = 0; round < INVERSION_ROUNDS; round += 1) {
      const [dx, dy] = distort(x, y);
      if (Math.abs(dx - wantedX) + Math.abs(dy - wantedY) < 1e-9) break;
      x += wantedX - dx;
      y += wantedY - dy;
    }
    return [x, y];
  }
}

function rimOf(x0: number, y0: number, x1: number, y1: number): [number, number][] {
  return Array.from({ length: RIM_SAMPLES + 1 }, (_, i) => i / RIM_SAMPLES).flatMap((share): [number, number][] => [
    [x0 + share * (x1 - x0), y0],
    [x0 + share * (x1 - x0), y1],
    [x0, y0 + share * (y1 - y0)],
    [x1, y0 + share * (y1 - y0)],
  ]);
}

function unit(v: Readonly<Vec3>): Vec3 {
  const length = Math.hypot(...v) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

function at(matrix: readonly number[], index: number): number {
  return matrix[index] ?? 0;
}
