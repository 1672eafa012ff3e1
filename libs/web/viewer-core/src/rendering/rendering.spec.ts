import { FramePace } from './frame-pace';
import { ratioLimit, ratioWithin } from './graphics';
import { verticalFov } from './lens';
import { PointBudget } from './point-budget';
import { pointSpacing, type PointPositions } from './point-spacing';

const frames = (pace: FramePace, count: number, ms: number): void => {
  for (let i = 0; i < count; i += 1) pace.frame(ms);
};

describe('the resolution of a moving view', () => {
  it('falls on a slow machine until there is nothing left to save, and then asks for fewer points', () => {
    const pace = new FramePace(1);
    frames(pace, 60, 120);
    expect(pace.moving).toBe(0.4);
    expect(pace.exhausted).toBe(true);
    expect(pace.still).toBe(1);
  });

  it('is that of the beginning again while parts of a standing view are coming', () => {
    const pace = new FramePace(1, 0.66);
    expect(pace.refining).toBe(0.66);
    frames(pace, 60, 120);
    expect([pace.moving, pace.refining, pace.still]).toEqual([0.4, 0.66, 1]);
    expect(new FramePace(1, 2).refining).toBe(1);
  });

  it('rises on a fast machine, and not above the display', () => {
    const pace = new FramePace(1.5, 0.5);
    frames(pace, 1_000, 8);
    expect(pace.moving).toBe(1.5);
  });

  it('does not swing between two steps at a steady rate', () => {
    const pace = new FramePace(2);
    const seen = new Set<number>();
    for (let i = 0; i < 600; i += 1) {
      pace.frame(30);
      seen.add(pace.moving);
    }
    expect(seen.size).toBe(1);
  });

  it('takes a pause for a pause', () => {
    const pace = new FramePace(1);
    for (let i = 0; i < 50; i += 1) pace.frame(5_000);
    expect(pace.moving).toBe(1);
  });

  it('is that of the display, within reason', () => {
    expect(ratioLimit(false, 3)).toBe(2);
    expect(ratioLimit(true, 3)).toBe(1);
    expect(ratioLimit(false, 0.8)).toBe(1);
  });

  it('leaves a processor no more than three quarters of a million pixels, and a graphics card all of them', () => {
    expect(ratioWithin(true, 1, 1_000, 750)).toBe(1);
    expect(ratioWithin(true, 0.5, 1_000, 750)).toBe(0.5);
    const ratio = ratioWithin(true, 1, 3_840, 2_160);
    expect(3_840 * ratio * 2_160 * ratio).toBeCloseTo(750_000, 3);
    expect(ratioWithin(false, 2, 3_840, 2_160)).toBe(2);
  });
});

describe('the budget of points', () => {
  const limits = { pointsStart: 100_000, pointsMin: 20_000, pointsMax: 400_000 };
  /** A tileset that brings four times the points for half the error, whatever its figures are scaled by. */
  const tileset = (scale: number) => (errorTarget: number) => 4 ** Math.round(Math.log2((scale * 40) / errorTarget)) * 100;

  it.each([0.05, 1, 60])('is kept, and made use of, by tilesets whose errors are scaled by %s', (scale) => {
    const budget = new PointBudget(limits);
    const shown = tileset(scale);
    let steps = 0;
    while (budget.shown(shown(budget.errorTarget), true)) {
      steps += 1;
      expect(steps).toBeLessThan(60); // it comes to rest
    }
    const points = shown(budget.errorTarget);
    expect(points).toBeLessThanOrEqual(budget.points);
    if (scale >= 1) expect(points).toBeGreaterThan(budget.points / 16);
  });

  it('shrinks for a slow machine and grows for a fast one, within its limits', () => {
    const budget = new PointBudget(limits);
    for (let i = 0; i < 50; i += 1) budget.tooSlow(90_000);
    expect(budget.points).toBe(limits.pointsMin);
    for (let i = 0; i < 200; i += 1) budget.fastEnough();
    expect(budget.points).toBe(limits.pointsMax);
  });
});

describe('the spacing of points', () => {
  const positionsOf = (points: readonly (readonly [number, number, number])[]): PointPositions => ({
    count: points.length,
    getX: (i) => points[i]?.[0] ?? NaN,
    getY: (i) => points[i]?.[1] ?? NaN,
    getZ: (i) => points[i]?.[2] ?? NaN,
  });
  const grid = (side: number, step: number, at: (u: number, v: number) => readonly [number, number, number]) =>
    positionsOf(Array.from({ length: side * side }, (_, i) => at((i % side) * step, Math.floor(i / side) * step)));

  it.each([
    ['a floor', grid(100, 0.02, (u, v) => [u, v, 0])],
    ['a wall', grid(100, 0.02, (u, v) => [0, u, v])],
    ['a slope', grid(100, 0.02, (u, v) => [u, v * Math.SQRT1_2, v * Math.SQRT1_2])],
  ])('of %s is the step of its grid, to a third', (_, positions) => {
    expect(pointSpacing(positions)).toBeGreaterThan(0.02 / 1.35);
    expect(pointSpacing(positions)).toBeLessThan(0.02 * 1.35);
  });

  it('of nothing, of one point and of one place is nothing', () => {
    expect(pointSpacing(positionsOf([]))).toBe(0);
    expect(pointSpacing(positionsOf([[1, 2, 3]]))).toBe(0);
    expect(
      pointSpacing(
        positionsOf([
          [1, 2, 3],
          [1, 2, 3],
        ]),
      ),
    ).toBe(0);
  });
});

describe('the lens', () => {
  it('is 60° on a wide screen and opens on an upright one, so that a telephone sees more than a slit', () => {
    const horizontal = (aspect: number): number => 2 * Math.atan(Math.tan(verticalFov(aspect) / 2) * aspect);
    expect(verticalFov(16 / 9)).toBeCloseTo(Math.PI / 3, 9);
    expect(verticalFov(9 / 16)).toBeGreaterThan(Math.PI / 3);
    expect(horizontal(9 / 16)).toBeCloseTo((48 * Math.PI) / 180, 6);
    expect(verticalFov(0)).toBeCloseTo(Math.PI / 3, 9);
  });
});
