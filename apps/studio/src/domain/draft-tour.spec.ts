import fc from 'fast-check';
import type { CameraPose } from '@stead/contracts/pipeline';
import { draftTour } from './draft-tour';

const ID = '3b241101-e2bb-4255-8caf-4136c566a962';
const at = (x: number, i = 0): CameraPose => ({ image: `${i}.jpg`, position: [x, 0, 1.6], forward: [0, 1, 0] });

it('a drafted tour goes along the way, from its beginning to its end, at equal distances where pictures were taken', () => {
  // Ten pictures at one place, then a walk of ten metres.
  const cameras = [
    ...Array.from({ length: 10 }, (_, i) => at(0, i)),
    ...Array.from({ length: 101 }, (_, i) => at(i / 10, i + 10)),
  ];
  const tour = draftTour(ID, cameras, 20, 5);
  expect(tour?.stops.map(({ view }) => view?.position[0])).toEqual([0, 2.5, 5, 7.5, 10]);
  expect(tour?.stops[0]?.view?.target).toEqual([0, 3, 1.6]);
});

it('has as many stops as were asked for, or as there are pictures, and never one twice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { maxLength: 40 }),
      fc.integer({ min: 2, max: 50 }),
      (way, count) => {
        const tour = draftTour(ID, way.map(at), 20, count);
        if (way.length === 0) return expect(tour).toBeNull();
        expect(tour?.stops.length).toBeGreaterThanOrEqual(1);
        expect(tour?.stops.length).toBeLessThanOrEqual(Math.min(count, way.length));
      },
    ),
  );
});
