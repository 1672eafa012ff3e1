import sharp from 'sharp';
import { THUMBNAIL_PX } from '../domain/picture-likeness';

export interface GreyPicture {
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** A picture in grey, its longer side at most `maxPx`. */
export async function greyPicture(path: string, maxPx: number): Promise<GreyPicture> {
  const { data, info } = await sharp(path)
    .resize({ width: maxPx, height: maxPx, fit: 'inside', withoutEnlargement: true })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

export async function thumbnail(path: string): Promise<Uint8Array> {
  return sharp(path).resize({ width: THUMBNAIL_PX, height: THUMBNAIL_PX, fit: 'fill' }).toColourspace('b-w').raw().toBuffer();
}

export async function pictureSize(path: string): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(path).metadata();
  return { width, height };
}
