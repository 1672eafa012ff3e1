import type { Vec3 } from '@stead/platform/similarity';
import sharp from 'sharp';
import { renderPoints, type Viewpoint } from '../domain/render-points';
import type { PlacedCamera } from '@stead/contracts/pipeline';
import type { Sample } from './tiled-points';

interface Bounds {
  min: Vec3;
  max: Vec3;
}

const SIZE = { width: 960, height: 540 };
/** How far ahead of a camera a visitor looks at first, as a share of the map's diagonal. */
const LOOK_AHEAD_SHARE = 0.25;

/** Where a visitor stands first: in the middle of the camera path, looking where that camera looked; for point clouds, from a corner above. */
export function startOf(cameras: readonly PlacedCamera[], { min, max }: Bounds): Viewpoint {
  const diagonal = Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]);
  const camera = cameras[Math.floor(cameras.length / 2)];
  if (camera !== undefined) {
    const reach = diagonal * LOOK_AHEAD_SHARE;
    const [p, f] = [camera.position, camera.forward];
    return { position: p, target: [p[0] + f[0] * reach, p[1] + f[1] * reach, p[2] + f[2] * reach] };
  }
  const middle: Vec3 = [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2];
  return { position: [middle[0] - diagonal * 0.45, middle[1] - diagonal * 0.45, max[2] + diagonal * 0.35], target: middle };
}

/** What a visitor sees first, as a picture (WebP) that is there before the viewer is. */
export async function drawPoster({ xyz, rgb, count }: Sample, start: Viewpoint, { min, max }: Bounds): Promise<Buffer> {
  const diagonal = Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]);
  const spacing = diagonal / Math.max(50, Math.sqrt(count));
  const pixels = renderPoints(xyz, rgb, count, start, SIZE.width, SIZE.height, spacing);
  return sharp(pixels, { raw: { ...SIZE, channels: 3 } })
    .webp({ quality: 82 })
    .toBuffer();
}
