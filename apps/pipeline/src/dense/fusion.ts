import type { SweepView } from './plane-sweep';

export interface DepthView extends SweepView {
  rgb: Uint8Array;
  /** 0 where nothing is known. */
  depth: Float32Array;
}

export interface FusedCloud {
  count: number;
  xyz: Float32Array;
  rgb: Uint8Array;
}

const DEPTH_TOLERANCE = 0.01;
const AGREEING_MIN = 2;
const ERODE_PX = 2;

/** Points that at least two other views agree on to 1 % of their depth, each surface point once. */
export function fuse(views: readonly DepthView[], neighboursOf: readonly (readonly number[])[]): FusedCloud {
  const masks = views.map((view) => erode(view, ERODE_PX));
  const used = views.map((view) => new Uint8Array(view.width * view.height));
  const xyz: number[] = [];
  const rgb: number[] = [];
  views.forEach((view, index) => {
    const others = neighboursOf[index] ?? [];
    for (let i = 0; i < view.depth.length; i += 1) {
      if (masks[index]?.[i] !== 1 || used[index]?.[i] === 1) continue;
      const point = toWorld(view, i % view.width, Math.floor(i / view.width), view.depth[i] ?? 0);
      let [x, y, z, agreeing] = [point[0], point[1], point[2], 0];
      const seen: [number, number][] = [];
      for (const other of others) {
        const target = views[other];
        if (target === undefined) continue;
        const at = pixelOf(target, point);
        if (at === null || masks[other]?.[at.pixel] !== 1) continue;
        const depth = target.depth[at.pixel] ?? 0;
        if (Math.abs(depth - at.depth) > DEPTH_TOLERANCE * at.depth) continue;
        const twin = toWorld(target, at.pixel % target.width, Math.floor(at.pixel / target.width), depth);
        x += twin[0];
        y += twin[1];
        z += twin[2];
        agreeing += 1;
        seen.push([other, at.pixel]);
      }
      if (agreeing < Math.min(AGREEING_MIN, others.length)) continue;
      for (const [other, pixel] of seen) {
        const marks = used[other];
        if (marks !== undefined) marks[pixel] = 1;
      }
      const n = agreeing + 1;
      xyz.push(x / n, y / n, z / n);
      rgb.push(view.rgb[i * 3] ?? 0, view.rgb[i * 3 + 1] ?? 0, view.rgb[i * 3 + 2] ?? 0);
    }
  });
  return { count: xyz.length / 3, xyz: Float32Array.from(xyz), rgb: Uint8Array.from(rgb) };
}

/** The point of the world that a pixel shows at a depth: Rᵀ (d K⁻¹ p − t). */
export function toWorld(view: SweepView, px: number, py: number, depth: number): [number, number, number] {
  const { rotation: r, translation: t } = view;
  const x = ((px + 0.5 - view.cx) / view.fx) * depth - t[0];
  const y = ((py + 0.5 - view.cy) / view.fy) * depth - t[1];
  const z = depth - t[2];
  return [r[0] * x + r[3] * y + r[6] * z, r[1] * x + r[4] * y + r[7] * z, r[2] * x + r[5] * y + r[8] * z];
}

export function pixelOf(view: SweepView, [x, y, z]: readonly [number, number, number]): { pixel: number; depth: number } | null {
  const { rotation: r, translation: t } = view;
  const depth = r[6] * x + r[7] * y + r[8] * z + t[2];
  if (depth <= 0) return null;
  const px = Math.floor((view.fx * (r[0] * x + r[1] * y + r[2] * z + t[0])) / depth + view.cx);
  const py = Math.floor((view.fy * (r[3] * x + r[4] * y + r[5] * z + t[1])) / depth + view.cy);
  return px >= 0 && py >= 0 && px < view.width && py < view.height ? { pixel: py * view.width + px, depth } : null;
}

/** Takes away the rim of each patch of depth: edges mix foreground and background. */
function erode({ depth, width, height }: DepthView, radius: number): Uint8Array {
  let mask = Uint8Array.from(depth, (value) => (value > 0 ? 1 : 0));
  for (let pass = 0; pass < radius; pass += 1) {
    const next = new Uint8Array(mask.length);
    for (let y = 1; y < height - 1; y += 1) {
      for (let i = y * width + 1, end = (y + 1) * width - 1; i < end; i += 1) {
        next[i] = (mask[i] ?? 0) & (mask[i - 1] ?? 0) & (mask[i + 1] ?? 0) & (mask[i - width] ?? 0) & (mask[i + width] ?? 0);
      }
    }
    mask = next;
  }
  return mask;
}
