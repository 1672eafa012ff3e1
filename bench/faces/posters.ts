import { join } from 'node:path';
import type { Vec3 } from '@stead/platform/similarity';
import sharp from 'sharp';

/** A view of the sample room whose pose is known; world to camera, row by row. */
export interface View {
  image: string;
  centre: Vec3;
  rotation: readonly number[];
}

export interface Rgb {
  width: number;
  height: number;
  data: Buffer;
}

/** Real faces on the far wall of the sample room, above what stands in front of it. */
export interface Poster {
  picture: Rgb;
  /** Lower left corner as one faces it, and size; metres. */
  corner: Vec3;
  width: number;
  height: number;
  /** Of the face, as shares of the poster from its upper left corner. */
  face: { x: number; y: number; width: number; height: number };
}

export const SIZE = { width: 800, height: 600, focalPx: 600 };
const WALL_Y = 4.95;
const POSTER = { width: 1, height: 1.1, z: 1.65, xs: [0.3, 1.5, 2.7, 3.9] };
/** A poster shows this many times the face's box. */
const AROUND = 2.2;
const JPEG_QUALITY = 90;

/** `face`: x, y, width and height in pixels of the picture. */
export async function posterOf(picture: Buffer, face: readonly [number, number, number, number], place: number): Promise<Poster> {
  const { width: all = 0, height: tall = 0 } = await sharp(picture).metadata();
  const [x, y, w, h] = face;
  const height = Math.min(tall, Math.round(AROUND * h));
  const width = Math.round((height * POSTER.width) / POSTER.height);
  const left = Math.max(0, Math.min(all - width, Math.round(x + w / 2 - width / 2)));
  const top = Math.max(0, Math.min(tall - height, Math.round(y + h / 2 - height / 2)));
  const cut = sharp(picture).extract({ left, top, width, height });
  return {
    picture: await rgbOf(await cut.png().toBuffer()),
    corner: [POSTER.xs[place % POSTER.xs.length] ?? 0, WALL_Y, POSTER.z],
    ...{ width: POSTER.width, height: POSTER.height },
    face: { x: (x - left) / width, y: (y - top) / height, width: w / width, height: h / height },
  };
}

export async function rgbOf(picture: Buffer): Promise<Rgb> {
  const { data, info } = await sharp(picture).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** The photo with the posters on the wall, with what the camera wrote beside the picture. */
export async function withPosters(folder: string, view: View, posters: readonly Poster[]): Promise<Buffer> {
  const path = join(folder, view.image);
  const { width, height, data } = await rgbOf(await sharp(path).toBuffer());
  for (let v = 0; v < height; v += 1) {
    for (let u = 0; u < width; u += 1) {
      const at = onWall(view, u + 0.5, v + 0.5);
      const poster = at === null ? undefined : posters.find((one) => isOn(one, at));
      if (at === null || poster === undefined) continue;
      const colour = sampled(
        poster.picture,
        (at.x - poster.corner[0]) / poster.width,
        1 - (at.z - poster.corner[2]) / poster.height,
      );
      data.set(colour, 3 * (v * width + u));
    }
  }
  const drawn = { input: data, raw: { width, height, channels: 3 as const } };
  return sharp(path).composite([drawn]).jpeg({ quality: JPEG_QUALITY }).keepExif().toBuffer();
}

/** Where in the room a place of a poster is; shares from its upper left corner. */
export function inRoom({ corner, width, height }: Poster, x: number, y: number): Vec3 {
  return [corner[0] + x * width, corner[1], corner[2] + (1 - y) * height];
}

/** In pixels of a picture of `SIZE`; null behind the camera. */
export function pixelOf({ centre, rotation: r }: View, [x, y, z]: Vec3): [number, number] | null {
  const [dx, dy, dz] = [x - centre[0], y - centre[1], z - centre[2]];
  const along = (row: number): number => (r[row] ?? 0) * dx + (r[row + 1] ?? 0) * dy + (r[row + 2] ?? 0) * dz;
  const depth = along(6);
  if (depth <= 0) return null;
  return [(SIZE.focalPx * along(0)) / depth + SIZE.width / 2, (SIZE.focalPx * along(3)) / depth + SIZE.height / 2];
}

/** Bilinear; shares of the picture from its upper left corner. */
export function sampled({ width, height, data }: Rgb, x: number, y: number): [number, number, number] {
  const [u, v] = [Math.max(0, Math.min(width - 1.001, x * width - 0.5)), Math.max(0, Math.min(height - 1.001, y * height - 0.5))];
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const channel = (c: number): number => {
    const at = (dx: number, dy: number): number => data[3 * ((row + dy) * width + column + dx) + c] ?? 0;
    const upper = at(0, 0) * (1 - u + column) + at(1, 0) * (u - column);
    const lower = at(0, 1) * (1 - u + column) + at(1, 1) * (u - column);
    return upper * (1 - v + row) + lower * (v - row);
  };
  return [channel(0), channel(1), channel(2)];
}

function isOn({ corner: [left, , bottom], width, height }: Poster, { x, z }: { x: number; z: number }): boolean {
  return x >= left && x <= left + width && z >= bottom && z <= bottom + height;
}

/** Where the ray of a pixel meets the wall. */
function onWall({ centre, rotation: r }: View, u: number, v: number): { x: number; z: number } | null {
  const [x, y] = [(u - SIZE.width / 2) / SIZE.focalPx, (v - SIZE.height / 2) / SIZE.focalPx];
  const ray = (column: number): number => (r[column] ?? 0) * x + (r[3 + column] ?? 0) * y + (r[6 + column] ?? 0);
  const ahead = ray(1);
  const distance = (WALL_Y - centre[1]) / ahead;
  return distance > 0 ? { x: centre[0] + distance * ray(0), z: centre[2] + distance * ray(2) } : null;
}
