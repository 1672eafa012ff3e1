/** Some points of a cloud, as a reader hands them on: doubles, since surveyed coordinates are large. */
export interface PointBatch {
  count: number;
  xyz: Float64Array;
  /** sRGB, 8 bits a channel; null where the file has no colours. */
  rgb: Uint8Array | null;
  /** 0 to 255; null where the file has none. */
  intensity: Uint8Array | null;
}

export type PointSource = AsyncIterable<PointBatch>;

export const BATCH_POINTS = 65_536;
