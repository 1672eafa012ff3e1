import { Hash } from 'fast-sha256';
import { pointsOf } from './point-count';
import type { Asked, Told } from './reader';

/** Pictures that browsers open. What they cannot open may be a good photo all the same: the server looks into it. */
const OPENED = /\.(jpe?g|png|webp)$/i;
const HEAD_BYTES = 64 * 1024;

/** Says what a file is before any of it is sent. */
self.onmessage = async ({ data: { id, file, kind } }: MessageEvent<Asked>): Promise<void> => {
  const tell = (told: Told): void => self.postMessage(told);
  try {
    const hash = new Hash();
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      hash.update(value);
      tell({ id, bytes: value.length });
    }
    const sha256 = [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const megapixels = kind === 'photos' && OPENED.test(file.name) ? await megapixelsOf(file) : null;
    const head = kind === 'pointcloud' ? new DataView(await file.slice(0, HEAD_BYTES).arrayBuffer()) : null;
    const points = head === null ? null : pointsOf(head);
    const unreadable = megapixels === 'broken' || points === 'broken';
    tell({
      id,
      reading: {
        sha256,
        unreadable,
        megapixels: megapixels === 'broken' ? null : megapixels,
        points: points === 'broken' ? null : points,
      },
    });
  } catch {
    tell({ id, gone: true });
  }
};

async function megapixelsOf(file: File): Promise<number | 'broken'> {
  try {
    const picture = await createImageBitmap(file);
    const megapixels = (picture.width * picture.height) / 1e6;
    picture.close();
    return megapixels;
  } catch {
    return 'broken';
  }
}
