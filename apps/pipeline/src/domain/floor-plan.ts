/** Where a plan lies. */
export interface PlanPlace {
  width: number;
  height: number;
  /** Of the upper left corner, in the map's frame. */
  originX: number;
  originY: number;
  unitsPerPx: number;
}

/** A picture from above: one byte of each colour per cell, and where it lies. */
export interface FloorPlan extends PlanPlace {
  rgb: Buffer;
}

const LONGER_PX = 1200;
const MARGIN_SHARE = 0.03;
/** Outliers would shrink the rest: the plan shows what lies between these shares of the points. */
const [LOW_SHARE, HIGH_SHARE] = [0.002, 0.998];
const PAPER = [250, 249, 245] as const;
const INK = [38, 44, 56] as const;
const PATH = [31, 111, 92] as const;

/**
 * Draws walls dark and floors light: a wall fills its cell over a range of heights, a floor only one. Each cell's darkness is
 * the share of height bands between 5 % and 70 % of the room's height that hold a point. `place` keeps the frame of an earlier plan.
 */
export function drawFloorPlan(
  xyz: Float32Array,
  count: number,
  path: readonly (readonly [number, number, number])[],
  place?: PlanPlace,
): FloorPlan {
  const range = (axis: number): [number, number] => {
    const step = Math.max(1, Math.floor(count / 50_000));
    const values: number[] = [];
    for (let i = 0; i < count; i += step) values.push(xyz[i * 3 + axis] ?? 0);
    values.sort((a, b) => a - b);
    const at = (share: number): number => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
    return [at(LOW_SHARE), at(HIGH_SHARE)];
  };
  const [[minX, maxX], [minY, maxY], [minZ, maxZ]] = [range(0), range(1), range(2)];
  const { width, height, originX, originY, unitsPerPx } = place ?? placeOf(minX, maxX, minY, maxY);
  const cell = (x: number, y: number): number => {
    const [px, py] = [Math.floor((x - originX) / unitsPerPx), Math.floor((originY - y) / unitsPerPx)];
    return px < 0 || py < 0 || px >= width || py >= height ? -1 : py * width + px;
  };
  // Cells of four pixels hold enough points to tell a wall; the picture is drawn from them.
  const bands = new Uint32Array(width * height);
  const [from, to] = [minZ + 0.05 * (maxZ - minZ), minZ + 0.7 * (maxZ - minZ)];
  const seen = new Uint8Array(width * height);
  for (let i = 0; i < count; i += 1) {
    const at = cell(xyz[i * 3] ?? 0, xyz[i * 3 + 1] ?? 0);
    if (at < 0) continue;
    seen[at] = 1;
    const band = Math.floor((((xyz[i * 3 + 2] ?? 0) - from) / Math.max(1e-9, to - from)) * 16);
    if (band >= 0 && band < 16) bands[at] = (bands[at] ?? 0) | (1 << band);
  }
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let bits = 0;
      let hit = 0;
      for (let dy = -1; dy <= 1; dy += 1) {
        for (let dx = -1; dx <= 1; dx += 1) {
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          bits |= bands[ny * width + nx] ?? 0;
          hit += seen[ny * width + nx] ?? 0;
        }
      }
      const dark = Math.min(1, popCount(bits) / 10);
      const share = hit === 0 ? 0 : Math.max(0.08, dark);
      for (let c = 0; c < 3; c += 1)
        rgb[(y * width + x) * 3 + c] = Math.round((PAPER[c] ?? 0) + ((INK[c] ?? 0) - (PAPER[c] ?? 0)) * share);
    }
  }
  for (const [x, y] of path) dot(rgb, width, height, cell(x, y));
  return { width, height, rgb, originX, originY, unitsPerPx };
}

function placeOf(minX: number, maxX: number, minY: number, maxY: number): PlanPlace {
  const margin = Math.max(maxX - minX, maxY - minY, 1e-6) * MARGIN_SHARE;
  const unitsPerPx = (Math.max(maxX - minX, maxY - minY) + 2 * margin) / LONGER_PX;
  const width = Math.max(1, Math.ceil((maxX - minX + 2 * margin) / unitsPerPx));
  const height = Math.max(1, Math.ceil((maxY - minY + 2 * margin) / unitsPerPx));
  return { width, height, originX: minX - margin, originY: maxY + margin, unitsPerPx };
}

function dot(rgb: Buffer, width: number, height: number, at: number): void {
  if (at < 0) return;
  const [cx, cy] = [at % width, Math.floor(at / width)];
  for (let dy = -4; dy <= 4; dy += 1) {
    for (let dx = -4; dx <= 4; dx += 1) {
      const [x, y] = [cx + dx, cy + dy];
      if (dx * dx + dy * dy > 16 || x < 0 || y < 0 || x >= width || y >= height) continue;
      for (let c = 0; c < 3; c += 1) rgb[(y * width + x) * 3 + c] = PATH[c] ?? 0;
    }
  }
}

function popCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
