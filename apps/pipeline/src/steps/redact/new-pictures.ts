import { join } from 'node:path';
import sharp from 'sharp';
import { StepError, type StepContext } from '../../application/step';
import { cover, fill } from '../../domain/burn';
import type { Box, Picture } from '../../domain/detection';
import type { ListedPicture, Shown } from './listed-pictures';

export const PICTURES = 'pictures/';
const JPEG_QUALITY = 92;
/** All parts that are kept for their colours, three bytes a pixel; more of them are kept smaller. */
const KEPT_PIXELS_MAX = 60_000_000;
/** Points are that much off their surface. What hides a volume has to be clearly in front of it. */
const FRONT_SHARE = 0.02;

/** A part of a picture as it is now. */
export class PicturePart {
  private constructor(
    private readonly box: Box,
    private readonly shrink: number,
    private readonly columns: number,
    private readonly rgb: Uint8Array,
  ) {}

  static of({ width, rgb }: Picture, box: Box, shrink: number): PicturePart {
    const [columns, rows] = [Math.ceil(box.width / shrink), Math.ceil(box.height / shrink)];
    const kept = new Uint8Array(columns * rows * 3);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const from = 3 * ((box.y + row * shrink) * width + box.x + column * shrink);
        kept.set(rgb.subarray(from, from + 3), 3 * (row * columns + column));
      }
    }
    return new PicturePart(box, shrink, columns, kept);
  }

  /** The colour of a pixel within the box. */
  at(u: number, v: number): [number, number, number] {
    const { box, shrink, columns, rgb } = this;
    const from = 3 * (Math.floor((v - box.y) / shrink) * columns + Math.floor((u - box.x) / shrink));
    return [rgb[from] ?? 0, rgb[from + 1] ?? 0, rgb[from + 2] ?? 0];
  }
}

export interface NewPictures {
  /** Of which something changed, for the points that lie behind them. */
  parts: ReadonlyMap<Shown, PicturePart>;
  /** Where each picture lies on this machine, by its name. */
  paths: ReadonlyMap<string, string>;
}

/** Makes each listed picture from its original with all that is covered in it, and leaves it as a work file. */
export async function makePictures(context: StepContext, pictures: readonly ListedPicture[]): Promise<NewPictures> {
  const pixels = pictures.reduce((sum, { shown }) => sum + (shown?.changedBox.width ?? 0) * (shown?.changedBox.height ?? 0), 0);
  const shrink = Math.max(1, Math.ceil(Math.sqrt(pixels / KEPT_PIXELS_MAX)));
  const parts = new Map<Shown, PicturePart>();
  const paths = new Map<string, string>();
  for (const [index, listed] of pictures.entries()) {
    context.signal.throwIfAborted();
    const picture = await readPicture(await context.fetch(listed.original));
    const { shown } = listed;
    if (shown !== null && (picture.width !== shown.camera.size.width || picture.height !== shown.camera.size.height)) {
      throw new StepError('data', 'redaction-picture-unknown', `${listed.image} has another size than its camera in the map`);
    }
    for (const one of listed.covers) cover(picture, one);
    if (shown !== null) coverSpaces(picture, shown);
    const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
    const path = join(context.folder, `${index}.jpg`);
    await sharp(picture.rgb, { raw }).jpeg({ quality: JPEG_QUALITY }).toFile(path);
    await context.put(PICTURES + listed.image, path, 'image/jpeg');
    paths.set(listed.image, path);
    if (shown !== null) parts.set(shown, PicturePart.of(picture, shown.changedBox, shrink));
    context.progress(30 + (20 * (index + 1)) / pictures.length, `${index + 1} of ${pictures.length} pictures`);
  }
  return { parts, paths };
}

/** Fills what a picture shows of a volume, unless points of the map are in front of it. */
function coverSpaces(picture: Picture, { camera, spaces, window }: Shown): void {
  for (const { space, box } of spaces) {
    const inside = (x: number, y: number): boolean => {
      const depth = space.entry(camera.centre, camera.rayOf(x, y));
      return depth !== null && window.reach(x, y) >= depth * (1 - FRONT_SHARE);
    };
    fill(picture, { box, inside });
  }
}

async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: data };
}
