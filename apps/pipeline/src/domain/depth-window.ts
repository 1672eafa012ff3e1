import type { Box } from './detection';

/** How near the points of the map come to a camera, in cells over a part of its picture. */
export class DepthWindow {
  private readonly columns: number;
  private readonly rows: number;
  private readonly nearest: Float32Array;

  constructor(
    readonly box: Box,
    private readonly cellPx: number,
  ) {
    this.columns = Math.max(1, Math.ceil(box.width / cellPx));
    this.rows = Math.max(1, Math.ceil(box.height / cellPx));
    this.nearest = new Float32Array(this.columns * this.rows).fill(Infinity);
  }

  add(u: number, v: number, depth: number): void {
    const at = this.cellOf(u, v);
    if (at >= 0 && depth < (this.nearest[at] ?? 0)) this.nearest[at] = depth;
  }

  /**
   * The depth up to which something may be seen there: that of the cell around the pixel, or of a neighbour where that is farther.
   * Infinity where one of them holds no point, for nothing is known to hide what is behind.
   */
  reach(u: number, v: number): number {
    const { cellPx } = this;
    let farthest = 0;
    for (let dv = -cellPx; dv <= cellPx; dv += cellPx) {
      for (let du = -cellPx; du <= cellPx; du += cellPx) {
        const at = this.cellOf(u + du, v + dv);
        if (at < 0) return Infinity;
        farthest = Math.max(farthest, this.nearest[at] ?? Infinity);
      }
    }
    return farthest;
  }

  /** -1 outside of the window. */
  private cellOf(u: number, v: number): number {
    const [column, row] = [Math.floor((u - this.box.x) / this.cellPx), Math.floor((v - this.box.y) / this.cellPx)];
    return column < 0 || row < 0 || column >= this.columns || row >= this.rows ? -1 : row * this.columns + column;
  }
}

/** Cells that a window would have, before it is made. */
export function cellsOf(box: Box, cellPx: number): number {
  return Math.max(1, Math.ceil(box.width / cellPx)) * Math.max(1, Math.ceil(box.height / cellPx));
}
