import fc from 'fast-check';
import { aligned, gone, measured, pointErrorOf, scaleOf, type Frame } from './derive';
import { wheelchairOf } from './wheelchair';
import { anElement } from '../testing/element.builder';

const FRAME: Frame = { units: 'arbitrary', bounds: { min: [0, 0, 0], max: [4, 3, 2] }, points: 5_200, gpsResidualM: null };
const METRES: Frame = { ...FRAME, units: 'metre', gpsResidualM: 0.05 };
const measurement = anElement('measurement'); // five units long

describe('a measurement', () => {
  it('of a map without a scale is in its units, off by what picking its ends is', () => {
    expect(pointErrorOf(FRAME)).toBeCloseTo(0.05, 9); // 52 square units, a point on each hundredth of one
    expect(measured(measurement, FRAME, scaleOf(FRAME, null))).toEqual({
      of: 'measurement',
      measured: { value: 5, error: expect.closeTo(0.05 * Math.SQRT2, 6) as number, unit: 'unit' },
    });
  });

  it('of a calibrated map is in metres, off by that and by what the known length was', () => {
    const calibration = anElement('calibration', { lengthM: 2, lengthErrorM: 0.02 }); // one unit is two metres
    const scale = scaleOf(FRAME, calibration);
    expect(scale?.metresPerUnit).toBe(2);
    const relative = Math.hypot(0.01, 0.05 * Math.SQRT2);
    expect(scale?.relativeError).toBeCloseTo(relative, 6);
    expect(measured(measurement, FRAME, scale)).toEqual({
      of: 'measurement',
      measured: { value: 10, error: expect.closeTo(Math.hypot(2 * 0.05 * Math.SQRT2, 10 * relative), 6) as number, unit: 'm' },
    });
  });

  it('goes by a length that somebody knows, not by what the map says of itself', () => {
    expect(scaleOf(METRES, null)).toEqual({
      metresPerUnit: 1,
      relativeError: expect.closeTo(0.05 / Math.hypot(4, 3, 2), 9) as number,
    });
    expect(scaleOf(METRES, anElement('calibration', { lengthM: 1.01 }))?.metresPerUnit).toBeCloseTo(1.01, 9);
  });

  it('of a map whose scale nobody vouches for says that it does not know how far it is off', () => {
    const unknown: Frame = { ...METRES, gpsResidualM: null };
    expect(measured(measurement, unknown, scaleOf(unknown, null))).toMatchObject({
      measured: { value: 5, error: null, unit: 'm' },
    });
  });

  it('of an area goes with the square of the scale', () => {
    const square = anElement('measurement', {
      measured: {
        of: 'area',
        points: [
          [0, 0, 0],
          [1, 0, 0],
          [1, 1, 0],
          [0, 1, 0],
        ],
      },
    });
    const scale = scaleOf(FRAME, anElement('calibration', { lengthM: 3 }));
    expect(measured(square, FRAME, scale)).toMatchObject({ measured: { value: expect.closeTo(9, 9) as number, unit: 'm2' } });
  });
});

describe('a plan', () => {
  const number = fc.double({ min: -50, max: 50, noNaN: true });
  it('is laid exactly where it belongs, however it is turned, moved and scaled', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.double({ min: 0.01, max: 3, noNaN: true }), fc.double({ min: 0, max: 6, noNaN: true }), number, number),
        fc.uniqueArray(fc.tuple(fc.nat(1_000), fc.nat(1_000)), { minLength: 2, maxLength: 6, selector: String }),
        ([size, angle, dx, dy], plan) => {
          const [a, b] = [size * Math.cos(angle), size * Math.sin(angle)];
          const pairs = plan.map(([u, v]) => ({
            plan: [u, v] as [number, number],
            map: [a * u + b * v + dx, b * u - a * v + dy, 0] as [number, number, number],
          }));
          const found = aligned(anElement('plan-alignment', { pairs }));
          expect(found).toEqual({
            of: 'plan-alignment',
            ...{ a: expect.closeTo(a, 6) as number, b: expect.closeTo(b, 6) as number },
            ...{ tx: expect.closeTo(dx, 3) as number, ty: expect.closeTo(dy, 3) as number },
            residual: pairs.length < 3 ? null : (expect.closeTo(0, 6) as number),
          });
        },
      ),
    );
  });

  it('whose pairs do not agree says by how much', () => {
    const pairs = [
      ...[
        { plan: [0, 0], map: [0, 0, 0] },
        { plan: [10, 0], map: [10, 0, 0] },
      ],
      ...[
        { plan: [10, 10], map: [10, -10, 0] },
        { plan: [0, 10], map: [2, -10, 0] },
      ],
    ] as { plan: [number, number]; map: [number, number, number] }[];
    const found = aligned(anElement('plan-alignment', { pairs }));
    expect(found).toMatchObject({ residual: expect.closeTo(Math.sqrt(0.5), 6) as number });
  });
});

describe('a way', () => {
  const good = { widthM: 0.915, stepM: 0.013, slope: 1 / 12, turning: [1.525, 1.525], confirmed: true };
  it.each([
    ['just wide, flat and even enough', {}, 'yes', []],
    ['a centimetre too narrow', { widthM: 0.905 }, 'no', ['narrow']],
    ['too steep', { slope: 0.084 }, 'no', ['steep']],
    ['with a step', { stepM: 0.02 }, 'no', ['step']],
    ['where one cannot turn at one end', { turning: [1.525, 1.4] }, 'no', ['no-turning']],
    ['of which nobody knows the width', { widthM: null }, 'unsure', ['width-unknown']],
    ['of which nobody knows whether one can turn', { turning: [null, 2] }, 'unsure', ['turning-unknown']],
    ['that nobody has confirmed', { confirmed: false }, 'unsure', ['unconfirmed']],
    ['that is too narrow, whatever else is not known', { widthM: 0.5, stepM: null, confirmed: false }, 'no', ['narrow']],
  ])('%s', (_name, change, verdict, reasons) => {
    expect(wheelchairOf({ ...good, ...change })).toEqual({ verdict, reasons });
  });

  it('has the length and the slope of the line between its ends, unless its slope was measured', () => {
    const ends = [anElement('route-point'), anElement('route-point', { position: [3, 4, 0.5] })] as const;
    const path = anElement('route-path', { fromId: ends[0].id, toId: ends[1].id });
    expect(gone(path, ends, { metresPerUnit: 2, relativeError: null })).toMatchObject({
      ...{ lengthM: expect.closeTo(2 * Math.hypot(5, 0.5), 9) as number, slope: 0.1, wheelchair: 'no', reasons: ['steep'] },
    });
    expect(gone({ ...path, slope: 0.02 }, ends, null)).toMatchObject({ lengthM: null, slope: 0.02, wheelchair: 'unsure' });
  });
});
