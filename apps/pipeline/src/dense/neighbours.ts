import { cameraCentre, type Model, type RegisteredImage, type Vec3 } from '../domain/colmap-model';

const COUNT = 4;
/** Baseline angle at which depth is best told: wide enough to triangulate, narrow enough to look alike. */
const ANGLE_BEST_DEG = 8;
const ANGLE_SPREAD_DEG = 6;

export interface SweepPlan {
  image: RegisteredImage;
  neighbours: RegisteredImage[];
  near: number;
  far: number;
}

/** For each image whom to compare it with, and between which depths, from the sparse points that they share. */
export function planSweeps(model: Model): SweepPlan[] {
  const images = [...model.images.values()];
  const centres = new Map(images.map((image) => [image.id, cameraCentre(image)]));
  return images.flatMap((image) => {
    const here = centres.get(image.id) ?? [0, 0, 0];
    const weights = new Map<number, number>();
    const depths: number[] = [];
    for (const observation of image.points2D) {
      const point = observation.point3DId === null ? undefined : model.points.get(observation.point3DId);
      if (point === undefined) continue;
      depths.push(Math.hypot(point.xyz[0] - here[0], point.xyz[1] - here[1], point.xyz[2] - here[2]));
      for (const { imageId } of point.track) {
        if (imageId === image.id) continue;
        const angle = angleDeg(here, centres.get(imageId) ?? here, point.xyz);
        weights.set(imageId, (weights.get(imageId) ?? 0) + Math.exp(-(((angle - ANGLE_BEST_DEG) / ANGLE_SPREAD_DEG) ** 2)));
      }
    }
    const neighbours = [...weights.entries()]
      .sort((a, b) => b[1] - a[1])
      .slice(0, COUNT)
      .flatMap(([id]) => model.images.get(id) ?? []);
    if (neighbours.length === 0 || depths.length < 10) return [];
    depths.sort((a, b) => a - b);
    const at = (share: number): number => depths[Math.min(depths.length - 1, Math.floor(share * depths.length))] ?? 1;
    return [{ image, neighbours, near: at(0.01) * 0.75, far: at(0.99) * 1.4 }];
  });
}

function angleDeg(a: Vec3, b: Vec3, point: Vec3): number {
  const [u, v] = [a, b].map((c) => [c[0] - point[0], c[1] - point[1], c[2] - point[2]] as Vec3);
  if (u === undefined || v === undefined) return 0;
  const cos = (u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) / (Math.hypot(...u) * Math.hypot(...v) || 1);
  return (Math.acos(Math.max(-1, Math.min(1, cos))) * 180) / Math.PI;
}
