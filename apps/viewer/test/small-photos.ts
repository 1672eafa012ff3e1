import { camerasSchema, type PlacedPhoto } from '@stead/contracts/pipeline';
import sharp from 'sharp';

/** More than a list begins with. */
export const PHOTOS = 64;
/** Of the last pictures there is no photo, as where some were left out. */
const CAMERAS = PHOTOS + 8;
const COLUMNS = 12;
const COLOURS = ['#8fb8de', '#d6a52a', '#b5543c', '#6f9a5b'];

let made: Promise<Map<string, Buffer>> | null = null;

/** Where the photos of the room were taken, and the photos: drawn once for all tests. */
export function smallPhotos(): Promise<Map<string, Buffer>> {
  made ??= draw();
  return made;
}

async function draw(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const photos: PlacedPhoto[] = [];
  for (let i = 0; i < COLOURS.length; i += 1) {
    const [path, thumbnailPath] = [`photos/${i}.webp`, `photos/${i}.thumb.webp`];
    const [width, height] = i === 2 ? [480, 640] : [640, 480]; // one is upright
    files.set(path, await picture(i, width, height));
    files.set(thumbnailPath, await picture(i, width / 4, height / 4));
    photos.push({ path, thumbnailPath, width, height });
  }
  const cameras = camerasSchema.parse({
    cameras: Array.from({ length: CAMERAS }, (_, i) => ({
      ...{
        image: `${i}.jpg`,
        position: [1 + (i % COLUMNS) * 0.35, 1 + (i % 3) * 0.3, 1.5 + 0.2 * Math.floor(i / COLUMNS)],
        forward: [0, 1, 0],
        halfAngleRadians: 0.7,
      },
      photo: i < PHOTOS ? photos[i % COLOURS.length] : null,
    })),
  });
  return files.set('cameras.json', Buffer.from(JSON.stringify(cameras)));
}

function picture(i: number, width: number, height: number): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 64 48" preserveAspectRatio="xMidYMid slice"><rect x="-50" y="-50" width="200" height="200" fill="${COLOURS[i]}"/><rect x="-50" y="30" width="200" height="99" fill="#eee9dc"/><rect x="${10 + 9 * i}" y="20" width="14" height="14" fill="#40352a"/></svg>`;
  return sharp(Buffer.from(svg)).webp({ quality: 60 }).toBuffer();
}
