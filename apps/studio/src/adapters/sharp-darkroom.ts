import sharp from 'sharp';
import { Darkroom } from '../application/privacy/ports';

const JPEG_QUALITY = 85;
/** Of what is around a mark, as a share of its size on each side: one has to see what it is. */
const AROUND = 0.6;
const CROP_PX = 480;

export class SharpDarkroom extends Darkroom {
  async shrink(picture: Buffer, maxPx: number | null): Promise<Buffer> {
    if (maxPx === null) return picture;
    return sharp(picture)
      .resize({ width: maxPx, height: maxPx, fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: JPEG_QUALITY })
      .toBuffer();
  }

  async crop(picture: Buffer, box: { x: number; y: number; width: number; height: number }): Promise<Buffer> {
    const { width, height } = await sharp(picture).metadata();
    const left = Math.max(0, Math.floor(box.x - box.width * AROUND));
    const top = Math.max(0, Math.floor(box.y - box.height * AROUND));
    const right = Math.min(width, Math.ceil(box.x + box.width * (1 + AROUND)));
    const bottom = Math.min(height, Math.ceil(box.y + box.height * (1 + AROUND)));
    return sharp(picture)
      .extract({ left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) })
      .resize({ width: CROP_PX, height: CROP_PX, fit: 'inside' })
      .jpeg({ quality: JPEG_QUALITY })
      .toBuffer();
  }
}
