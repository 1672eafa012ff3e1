import { aroundPlace, boundsOf, pixelAt, planFrame, pointsOf, volumeAround } from './geometry';

const box = { x: 10, y: 20, width: 30, height: 40 };
const CORNERS: [number, number][] = [
  [10, 20],
  [40, 20],
  [40, 60],
  [10, 60],
];

describe('a mark', () => {
  const detected = { shape: 'detected', kind: 'face', action: 'mosaic', box } as const;

  it('has the corners of its box, unless it lies aslant or was drawn', () => {
    expect(pointsOf({ ...detected, corners: null })).toEqual(CORNERS);
    const aslant: [number, number][] = [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ];
    expect(pointsOf({ ...detected, corners: aslant })).toEqual(aslant);
    expect(pointsOf({ shape: 'outline', outline: CORNERS })).toEqual(CORNERS);
    expect(boundsOf(CORNERS)).toEqual(box);
  });
});

describe('a pointer over a picture', () => {
  it.each([
    [100, 50, [0, 0]],
    [500, 350, [800, 600]],
    [300, 200, [400, 300]],
    [90, 50, [-20, 0]],
  ])('at %d, %d is over its pixel', (clientX, clientY, want) => {
    const frame = { left: 100, top: 50, width: 400, height: 300 };
    expect(pixelAt({ clientX, clientY }, frame, { width: 800, height: 600 })).toEqual(want);
  });
});

describe('the plan of where pictures were taken', () => {
  it('holds every place, north up, and is never a line', () => {
    const frame = planFrame([
      [0, 0, 1],
      [10, 0, 1],
    ]);
    const [x = 0, y = 0, width = 0, height = 0] = (frame?.viewBox ?? '').split(' ').map(Number);
    expect([x < 0, x + width > 10, y < 0, y + height > 0, height > 3]).toEqual([true, true, true, true, true]);
    const north =
      planFrame([[0, 100, 0]])
        ?.viewBox.split(' ')
        .map(Number) ?? [];
    expect((north[1] ?? 0) + (north[3] ?? 0)).toBeLessThan(-99);
  });

  it('is none where nothing is placed', () => {
    expect(planFrame([])).toBeNull();
  });
});

describe('what is taken away around a place', () => {
  it('is 0.6 in each direction unless somebody says otherwise', () => {
    const place = [1.5, -2, 1.2];
    expect(volumeAround(place, aroundPlace(place))).toEqual({ min: [1.2, -2.3, 0.9], max: [1.8, -1.7, 1.5] });
    expect(volumeAround(place, { width: 2, depth: 1, bottom: 0, top: 2 })).toEqual({ min: [0.5, -2.5, 0], max: [2.5, -1.5, 2] });
  });
});
