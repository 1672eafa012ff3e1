import sharp from 'sharp';
import { Pictures } from '../application/ports';

/** https://developers.facebook.com/docs/sharing/webmasters/images: 1.91:1, at least 1200 × 630 for sharp screens. */
const WIDTH_PX = 1200;
const HEIGHT_PX = 630;
const QUALITY = 82;

export class SharpPictures extends Pictures {
  card(picture: Buffer): Promise<Buffer> {
    return sharp(picture, { limitInputPixels: 50_000_000 })
      .resize(WIDTH_PX, HEIGHT_PX, { fit: 'cover', position: 'centre' })
      .flatten({ background: '#17181a' })
      .jpeg({ quality: QUALITY, mozjpeg: true })
      .toBuffer();
  }
}
