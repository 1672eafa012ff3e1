import { focalGuesses } from './lens';

describe('where the search for a focal length starts', () => {
  it.each([
    ['a focal length that was said', { focalPx: 612, exifFocalPx: 500 }, [612]],
    ['a field of view that was said', { horizontalFovDeg: 90, exifFocalPx: 500 }, [400]],
    ['both, the focal length before the view', { focalPx: 612, horizontalFovDeg: 90, exifFocalPx: null }, [612]],
  ])('%s is taken as it is', (_case, lens, want) => {
    const guesses = focalGuesses(lens, 800, 600);
    expect(guesses).toHaveLength(1);
    expect(guesses[0]?.refineFocal).toBe(false);
    want.forEach((focal, i) => expect(guesses[0]?.focalsPx[i]).toBeCloseTo(focal, 9));
  });

  it('EXIF is refined, and not believed where it leads nowhere', () => {
    const [first, second] = focalGuesses({ exifFocalPx: 580 }, 800, 600);
    expect(first).toEqual({ focalsPx: [580], refineFocal: true });
    expect(second?.focalsPx.length).toBeGreaterThan(5);
  });

  it('without any, every lens of a phone has a guess within a tenth', () => {
    const [any] = focalGuesses({ exifFocalPx: null }, 600, 800);
    for (const mm of [13, 15, 24, 26, 28, 35, 50, 52, 77]) {
      const wanted = (mm / 36) * 800;
      expect(Math.min(...(any?.focalsPx ?? []).map((focal) => Math.abs(Math.log(focal / wanted))))).toBeLessThan(Math.log(1.1));
    }
  });
});
