import { rotationOf, type Vec3 } from '@stead/platform/similarity';
import { cameraCentre, type Model, type RegisteredImage } from '../domain/colmap-model';

/** With whom a view is compared, and with whom its depths have to agree afterwards. */
export const COMPARED = 4;
const CONFIRMING = 8;
/** Baseline angle at which depth is best told: wide enough to triangulate, narrow enough to look alike. */
const ANGLE_BEST_DEG = 8;
const ANGLE_SPREAD_DEG = 6;
const POINTS_MIN = 10;
/** The sparse points do not reach the nearest and the farthest surfaces. */
const [NEAR_SHARE, NEAR_FACTOR] = [0.01, 0.75];
const [FAR_SHARE, FAR_FACTOR] = [0.99, 1.4];

export interface SweepPlan {
  image: RegisteredImage;
  /** Best first. */
  neighbours: RegisteredImage[];
  near: number;
  far: number;
}

/** For each image its neighbours and its range of depths, from the sparse points that they share. */
export function planSweeps(model: Model): SweepPlan[] {
  const images = [...model.images.values()];
  const centres = new Map(images.map((image) => [image.id, cameraCentre(image)]));
  return images.flatMap((image) => {
    const here = centres.get(image.id) ?? [0, 0, 0];
    const weights = new Map<number, number>();
    const depths: number[] = [];
    for (const { point3DId } of image.points2D) {
      const point = point3DId === null ? undefined : model.points.get(point3DId);
      if (point === undefined) continue;
      const depth = depthIn(image, point.xyz);
      if (depth > 0) depths.push(depth);
      for (const { imageId } of point.track) {
        if (imageId === image.id) continue;
        const angle = angleDeg(here, centres.get(imageId) ?? here, point.xyz);
        const weight = Math.exp(-(((angle - ANGLE_BEST_DEG) / ANGLE_SPREAD_DEG) ** 2));
        weights.set(imageId, (weights.get(imageId) ?? 0) + weight);
      }
    }
    const ranked = [...weights].sort((a, b) => b[1] - a[1]).slice(0, CONFIRMING);
    const neighbours = ranked.flatMap(([id]) => model.images.get(id) ?? []);
    if (neighbours.length === 0 || depths.length < POINTS_MIN) return [];
    depths.sort((a, b) => a - b);
    const at = (share: number): number => depths[Math.min(depths.length - 1, Math.floor(share * depths.length))] ?? 1;
    return [{ image, neighbours, near: at(NEAR_SHARE) * NEAR_FACTOR, far: at(FAR_SHARE) * FAR_FACTOR }];
  });
}

/** How far a point lies before the camera, along its axis. */
export function depthIn({ qvec, tvec }: RegisteredImage, [x, y, z]: Vec3): number {
  const r = rotationOf(qvec);
  return r[6] * x + r[7] * y + r[8] * z + tvec[2];
}

function angleDeg(a: Vec3, b: Vec3, point: Vec3): number {
  const u: Vec3 = [a[0] - point[0], a[1] - point[1], a[2] - point[2]];
  const v: Vec3 = [b[0] - point[0], b[1] - point[1], b[2] - point[2]];
  const cos = (u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) / (Math.hypot(...u) * Math.hypot(...v) || 1);
  return (Math.acos(Math.max(-1, Math.min(1, cos))) * 180) / Math.PI;
}
