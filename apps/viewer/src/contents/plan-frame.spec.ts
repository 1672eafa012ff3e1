import { frameOfBounds, frameOfFile, headingOn, toMap, toPlan, type PlanFrame } from './plan-frame';

const upright: PlanFrame = { a: 0.01, b: 0, tx: -1, ty: 6 };
/** A drawing that was pinned to the map with a quarter turn. */
const turned: PlanFrame = { a: 0, b: 0.02, tx: 3, ty: 4 };

describe('the frame of a plan', () => {
  it('goes from the map to the drawing and back, whichever way it is turned', () => {
    for (const frame of [upright, turned, { a: 0.3, b: -0.4, tx: 5, ty: -2 }]) {
      const { u, v } = toPlan(frame, 2.5, -1.25);
      const { x, y } = toMap(frame, u, v);
      expect(x).toBeCloseTo(2.5);
      expect(y).toBeCloseTo(-1.25);
    }
    expect(toPlan(upright, -1, 6)).toEqual({ u: 0, v: 0 });
    expect(toPlan(upright, 0, 5).v).toBeCloseTo(100); // lower on the drawing is less far along y
  });

  it.each<[string, PlanFrame, number, number]>([
    ['+y is up', upright, Math.PI / 2, 0],
    ['+x is to the right', upright, 0, Math.PI / 2],
    ['a quarter turn turns it', turned, 0, Math.PI],
  ])('shows where somebody looks: %s', (_, frame, yaw, want) => {
    expect(Math.abs(headingOn(frame, yaw))).toBeCloseTo(want);
  });

  it('is read from the file that the pipeline writes beside its plan', () => {
    expect(
      frameOfFile({ image: 'plan.png', width: 10, height: 5, units: 'metre', originX: -1, originY: 6, unitsPerPx: 0.01 }),
    ).toEqual(upright);
    expect(frameOfFile({ originX: 1 })).toBeNull();
    expect(frameOfFile(null)).toBeNull();
  });

  it('is told from the bounds where that file cannot be had, unless the picture is of another shape', () => {
    const bounds = { min: [0, 0, 0], max: [6, 5, 3] } as const;
    const frame = frameOfBounds(1200, Math.round((1200 * 5.36) / 6.36), bounds);
    expect(frame === null ? null : toPlan(frame, 0, 5).u).toBeCloseTo((0.18 / 6.36) * 1200, 0);
    expect(frameOfBounds(1200, 400, bounds)).toBeNull();
    expect(frameOfBounds(0, 0, bounds)).toBeNull();
  });
});
