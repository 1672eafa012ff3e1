import fc from 'fast-check';
import { standpointOf, type Sighting } from './camera';
import { findPose, type FoundPose, type PoseQuestion } from './find-pose';
import { HEIGHT, WIDTH, aView, distance, turnBetween, type View } from './testing/view.builder';

const FOCALS_PX = [288, 346, 415, 498, 597, 717, 860, 1032, 1238, 1486];

const ask = (sightings: readonly Sighting[], change: Partial<PoseQuestion> = {}): FoundPose | null =>
  findPose({ sightings, width: WIDTH, height: HEIGHT, focalsPx: [600], refineFocal: false, ...change });

/** Metres and degrees from the truth. */
const errorOf = (found: FoundPose | null, { standpoint, pose }: View): [number, number] =>
  found === null ? [Infinity, Infinity] : [distance(standpointOf(found.pose), standpoint), turnBetween(found.pose, pose)];

const runs = (numRuns: number): { numRuns: number } => ({ numRuns });

describe('the pose of a picture', () => {
  it('is recovered from exact sightings', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const view = aView({ seed, right: 40 });
        const [metres, degrees] = errorOf(ask(view.sightings), view);
        expect(metres).toBeLessThan(1e-6);
        expect(degrees).toBeLessThan(1e-4);
      }),
      { ...runs(200), examples: [[1503735669]] },
    );
  });

  it('is found with six of ten sightings wrong, and says which are right', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const view = aView({ seed, right: 80, wrong: 120, noisePx: 0.5 });
        const found = ask(view.sightings);
        const [metres, degrees] = errorOf(found, view);
        expect(metres).toBeLessThan(0.05);
        expect(degrees).toBeLessThan(0.5);
        expect(found?.inliers.filter((i) => i < 80).length).toBeGreaterThanOrEqual(78);
        expect(found?.inliers.filter((i) => i >= 80).length).toBeLessThanOrEqual(4);
      }),
      runs(100),
    );
  });

  it('is found among nine of ten wrong sightings too', () => {
    const view = aView({ seed: 7, right: 60, wrong: 540, noisePx: 1 });
    expect(errorOf(ask(view.sightings), view)[0]).toBeLessThan(0.1);
  });

  it('is off by centimetres where pixels are off by one', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const view = aView({ seed, right: 100, noisePx: 1 });
        const found = ask(view.sightings);
        const [metres, degrees] = errorOf(found, view);
        expect(metres).toBeLessThan(0.05);
        expect(degrees).toBeLessThan(0.5);
        expect(found?.missPx).toBeLessThan(2);
      }),
      runs(100),
    );
  });

  it('comes with the focal length where that is not known', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 320, max: 1400 }), (seed, focalPx) => {
        const view = aView({ seed, focalPx, right: 120, wrong: 60, noisePx: 0.5 });
        const found = ask(view.sightings, { focalsPx: FOCALS_PX, refineFocal: true });
        expect(Math.abs((found?.focalPx ?? 0) / focalPx - 1)).toBeLessThan(0.05);
        expect(errorOf(found, view)[0]).toBeLessThan(0.25);
      }),
      runs(60),
    );
  });

  it('is the same for the same question', () => {
    const view = aView({ seed: 3, right: 50, wrong: 100, noisePx: 1 });
    expect(ask(view.sightings)).toEqual(ask(view.sightings));
    expect(errorOf(ask(view.sightings, { seed: 99 }), view)[0]).toBeLessThan(0.1);
  });

  it('is more certain the more sightings agree, and always between 0 and 1', () => {
    const of = (right: number, wrong: number): number =>
      ask(aView({ seed: 5, right, wrong, noisePx: 1 }).sightings)?.confidence ?? 0;
    expect(of(400, 0)).toBeGreaterThan(0.9);
    expect(of(400, 0)).toBeLessThanOrEqual(1);
    expect(of(400, 400)).toBeLessThan(of(400, 0));
    expect(of(30, 0)).toBeLessThan(of(120, 0));
  });
});

describe('no pose', () => {
  it('is found in noise', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 300 }), (seed, wrong) => {
        const { sightings } = aView({ seed, right: 0, wrong });
        expect(ask(sightings)).toBeNull();
        expect(ask(sightings, { focalsPx: FOCALS_PX, refineFocal: true })).toBeNull();
      }),
      runs(25),
    );
  });

  it('is found from fewer sightings than are evidence', () => {
    expect(ask(aView({ seed: 1, right: 11 }).sightings)).toBeNull();
  });

  it.each<[string, (index: number) => Sighting]>([
    ['points on one line', (i) => ({ pixel: [10 * i, 5 * i], point: [i, 2 * i, 10] })],
    ['one point', (i) => ({ pixel: [10 * i, 5 * i], point: [1, 2, 3] })],
    ['one pixel', (i) => ({ pixel: [400, 300], point: [i % 7, i % 5, 5 + (i % 3)] })],
    ['the same sighting again and again', () => ({ pixel: [100, 100], point: [1, 2, 3] })],
    ['what is no number', (i) => ({ pixel: [NaN, i], point: [i, NaN, Infinity] })],
  ])('is found from %s', (_case, sightingOf) => {
    expect(ask(Array.from({ length: 60 }, (_, i) => sightingOf(i)))).toBeNull();
  });
});
