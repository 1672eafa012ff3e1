export interface PointPositions {
  readonly count: number;
  getX(index: number): number;
  getY(index: number): number;
  getZ(index: number): number;
}

const CELLS = 16;
const SAMPLES_MAX = 20_000;

/**
 * Typical distance between neighbouring points, in the units of the positions. Points of a scan lie on surfaces, so the
 * cells that they fall into, of a grid over their bounds, tell the area that they cover: spacing = √(area / points).
 */
export function pointSpacing(positions: PointPositions): number {
  const { count } = positions;
  if (count < 2) return 0;
  const stride = Math.max(1, Math.floor(count / SAMPLES_MAX));
  const [minX, sizeX] = extent(count, stride, (i) => positions.getX(i));
  const [minY, sizeY] = extent(count, stride, (i) => positions.getY(i));
  const [minZ, sizeZ] = extent(count, stride, (i) => positions.getZ(i));
  const cell = Math.max(sizeX, sizeY, sizeZ) / CELLS;
  if (cell === 0) return 0;
  const cellOf = (value: number, min: number): number => Math.min(CELLS - 1, Math.floor((value - min) / cell));
  const taken = new Set<number>();
  for (let i = 0; i < count; i += stride) {
    const x = cellOf(positions.getX(i), minX);
    const y = cellOf(positions.getY(i), minY);
    const z = cellOf(positions.getZ(i), minZ);
    taken.add((z * CELLS + y) * CELLS + x);
  }
  return cell * Math.sqrt(taken.size / count);
}

function extent(count: number, stride: number, valueAt: (index: number) => number): [min: number, size: number] {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < count; i += stride) {
    const value = valueAt(i);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max - min];
}
