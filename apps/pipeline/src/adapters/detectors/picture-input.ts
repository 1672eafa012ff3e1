import sharp from 'sharp';
import type { Box, Picture } from '../../domain/detection';

export interface ScaledPicture extends Picture {
  /** Pixels of this picture per pixel of the original. */
  scale: number;
}

/** A part of a picture (or all of it), scaled so that its longer side is `sidePx`; `enlarge` allows scaling up. */
export async function scaledPart(picture: Picture, part: Box, sidePx: number, enlarge: boolean): Promise<ScaledPicture> {
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  const { data, info } = await sharp(picture.rgb, { raw })
    .extract({ left: part.x, top: part.y, width: part.width, height: part.height })
    .resize({ width: sidePx, height: sidePx, fit: 'inside', withoutEnlargement: !enlarge, kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data, scale: info.width / part.width };
}

/**
 * Planes of a network's input (all red, all green, all blue, or the other way round), with the picture in the upper left
 * corner and `fill` in the rest.
 */
export function planes(
  picture: Picture,
  size: { width: number; height: number },
  options: { order: 'rgb' | 'bgr'; fill: number; value: (byte: number, plane: number) => number },
): Float32Array {
  const area = size.width * size.height;
  const input = new Float32Array(3 * area).fill(options.fill);
  for (let plane = 0; plane < 3; plane += 1) {
    const channel = options.order === 'rgb' ? plane : 2 - plane;
    const values = Float32Array.from({ length: 256 }, (_, byte) => options.value(byte, plane));
    for (let y = 0; y < picture.height; y += 1) {
      const from = 3 * y * picture.width + channel;
      const to = plane * area + y * size.width;
      for (let x = 0; x < picture.width; x += 1) input[to + x] = values[picture.rgb[from + 3 * x] ?? 0] ?? 0;
    }
  }
  return input;
}

export const wholeOf = ({ width, height }: Picture): Box => ({ x: 0, y: 0, width, height });
