import sharp from 'sharp';
import type { FloorPlan } from '../domain/floor-plan';

/** A plan and a poster show no more. */
export const DRAWN_POINTS_MAX = 2_000_000;

export function planPng({ width, height, rgb }: Pick<FloorPlan, 'width' | 'height' | 'rgb'>): Promise<Buffer> {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
