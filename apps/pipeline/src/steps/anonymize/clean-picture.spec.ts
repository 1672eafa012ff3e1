import type { Detection, Picture } from '../../domain/detection';
import { cleanPicture } from './clean-picture';
import { Detector } from './detector';

const box = { x: 10, y: 10, width: 20, height: 20 };
const face: Detection = { kind: 'face', box, corners: null, score: 0.9 };

/** Sees a face as long as `sees` says so of the picture. */
class Stubborn extends Detector {
  readonly name = 'stubborn';
  looks = 0;
  constructor(private readonly sees: (picture: Picture, look: number) => boolean) {
    super();
  }
  detect(picture: Picture): Promise<Detection[]> {
    this.looks += 1;
    return Promise.resolve(this.sees(picture, this.looks) ? [face] : []);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function picture(): Picture {
  return { width: 60, height: 60, rgb: Uint8Array.from({ length: 60 * 60 * 3 }, (_, i) => (i * 31) % 256) };
}
const coloursIn = ({ rgb, width }: Picture): number => {
  const seen = new Set<string>();
  for (let y = 6; y < 34; y += 1)
    for (let x = 6; x < 34; x += 1) seen.add(rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3).join());
  return seen.size;
};

describe('cleaning a picture', () => {
  it('looks once where nothing is found, and changes nothing', async () => {
    const detector = new Stubborn(() => false);
    const one = picture();
    expect(await cleanPicture(one, [detector])).toEqual({ burned: [], left: 0 });
    expect(one).toEqual(picture());
    expect(detector.looks).toBe(1);
  });

  it('looks again after covering, and fills with one colour what is still seen', async () => {
    const detector = new Stubborn((seen) => coloursIn(seen) > 1);
    const one = picture();
    const { burned, left } = await cleanPicture(one, [detector]);
    expect(burned.map(({ action, round }) => [action, round])).toEqual([
      ['mosaic', 0],
      ['fill', 1],
    ]);
    expect(left).toBe(0);
    expect(coloursIn(one)).toBe(1);
    expect(detector.looks).toBe(3);
  });

  it('ends with a detector that never stops seeing a face, and says so', async () => {
    const { burned, left } = await cleanPicture(picture(), [new Stubborn(() => true)]);
    expect(left).toBe(1);
    expect(burned).toHaveLength(5);
  });

  it('asks every detector in every round', async () => {
    const [first, second] = [new Stubborn((_, look) => look === 1), new Stubborn(() => false)];
    await cleanPicture(picture(), [first, second]);
    expect([first.looks, second.looks]).toEqual([2, 2]);
  });
});
