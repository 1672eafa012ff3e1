import type { Derived, Element, ElementOf, Point } from '@stead/contracts/studio';
import { areaOf, distanceOf, errorOf, heightOf, lengthOf } from './measure';
import { wheelchairOf } from './wheelchair';

/** What the manifest of a map version says of its frame. */
export interface Frame {
  units: 'metre' | 'arbitrary';
  bounds: { min: Point; max: Point };
  points: number;
  /** How far the photos' satellite fixes are from the map, where they gave it its scale. */
  gpsResidualM: number | null;
}

/** What a unit of the frame is long, and the share of it by which that may be off. */
export interface Scale {
  metresPerUnit: number;
  /** One standard deviation over the value; null where nothing tells. */
  relativeError: number | null;
}

/** What else of the scene an element is worked out of. */
export interface Basis {
  calibration: ElementOf<'calibration'> | null;
  places: ReadonlyMap<string, ElementOf<'route-point'>>;
}

/** Kinds of which something is worked out. */
export const DERIVED = { measurement: true, calibration: true, 'plan-alignment': true, 'route-path': true } as const;

/** Null for what nothing is worked out of, and where the frame is not known. */
export function derive(element: Element, frame: Frame | null, { calibration, places }: Basis): Derived | null {
  if (element.kind === 'plan-alignment') return aligned(element);
  if (frame === null) return null;
  const scale = scaleOf(frame, calibration);
  switch (element.kind) {
    case 'measurement':
      return measured(element, frame, scale);
    case 'calibration':
      return scale === null ? null : { of: 'calibration', ...scale };
    case 'route-path': {
      const [from, to] = [places.get(element.fromId), places.get(element.toId)];
      return from === undefined || to === undefined ? null : gone(element, [from, to], scale);
    }
    default:
      return null;
  }
}

/**
 * How far off somebody picks a point, in units: half the distance between neighbouring points, were they spread evenly over the
 * six sides of the map's box. Walls inside make the real distance longer, empty sides shorter.
 */
export function pointErrorOf({ bounds: { min, max }, points }: Frame): number {
  const [x, y, z] = [max[0] - min[0], max[1] - min[1], max[2] - min[2]];
  return Math.sqrt((2 * (x * y + y * z + x * z)) / Math.max(points, 1)) / 2;
}

/** A length that somebody knows goes before what the map says of itself; null where neither is there. */
export function scaleOf(frame: Frame, calibration: ElementOf<'calibration'> | null): Scale | null {
  if (calibration !== null) {
    const { points, lengthM, lengthErrorM } = calibration;
    const units = lengthOf(points);
    const picked = errorOf(lengthOf, points, pointErrorOf(frame)) / units;
    return { metresPerUnit: lengthM / units, relativeError: Math.hypot(lengthErrorM / lengthM, picked) };
  }
  if (frame.units === 'arbitrary') return null;
  const extent = distanceOf(frame.bounds.min, frame.bounds.max);
  return { metresPerUnit: 1, relativeError: frame.gpsResidualM === null ? null : frame.gpsResidualM / extent };
}

/** A map without a scale measures in its own units. */
export function measured({ measured: { of, points } }: ElementOf<'measurement'>, frame: Frame, scale: Scale | null): Derived {
  const figure = { distance: lengthOf, area: areaOf, height: heightOf }[of];
  const power = of === 'area' ? 2 : 1;
  const factor = (scale?.metresPerUnit ?? 1) ** power;
  const value = figure(points) * factor;
  const picked = errorOf(figure, points, pointErrorOf(frame)) * factor;
  const scaled = scale === null ? 0 : scale.relativeError === null ? null : value * power * scale.relativeError;
  const unit = ({ distance: ['unit', 'm'], height: ['unit', 'm'], area: ['unit2', 'm2'] } as const)[of][scale === null ? 0 : 1];
  return { of: 'measurement', measured: { value, error: scaled === null ? null : Math.hypot(picked, scaled), unit } };
}

/**
 * The similarity that takes a drawing to the map, with the least squares of what is left: `w = u − i·v` (v goes down in a drawing)
 * and `z = x + i·y`, then `z ≈ c·w + t` with `c = Σ conj(w̃)·z̃ / Σ |w̃|²`. Two pairs are met exactly and leave nothing to judge by.
 */
export function aligned({ pairs }: ElementOf<'plan-alignment'>): Derived {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [u0, v0] = [mean(pairs.map(({ plan }) => plan[0])), mean(pairs.map(({ plan }) => plan[1]))];
  const [x0, y0] = [mean(pairs.map(({ map }) => map[0])), mean(pairs.map(({ map }) => map[1]))];
  let [real, imaginary, spread] = [0, 0, 0];
  for (const { plan, map } of pairs) {
    const [u, v, x, y] = [plan[0] - u0, plan[1] - v0, map[0] - x0, map[1] - y0];
    real += u * x - v * y;
    imaginary += u * y + v * x;
    spread += u * u + v * v;
  }
  const [a, b] = [real / spread, imaginary / spread];
  const [tx, ty] = [x0 - a * u0 - b * v0, y0 - b * u0 + a * v0];
  const squares = pairs.map(({ plan: [u, v], map }) => (a * u + b * v + tx - map[0]) ** 2 + (b * u - a * v + ty - map[1]) ** 2);
  return { of: 'plan-alignment', a, b, tx, ty, residual: pairs.length < 3 ? null : Math.sqrt(mean(squares)) };
}

/** `ends`: the places that it leads between. */
export function gone(
  path: ElementOf<'route-path'>,
  ends: readonly [ElementOf<'route-point'>, ElementOf<'route-point'>],
  scale: Scale | null,
): Derived {
  const [from, to] = [ends[0].position, ends[1].position];
  const run = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const slope = path.slope ?? (run === 0 ? Infinity : Math.abs(to[2] - from[2]) / run);
  const turning = ends.map(({ turningM }) => turningM);
  const { verdict, reasons } = wheelchairOf({ ...path, slope, turning });
  const lengthM = scale === null ? null : distanceOf(from, to) * scale.metresPerUnit;
  return { of: 'route-path', lengthM, slope: Number.isFinite(slope) ? slope : null, wheelchair: verdict, reasons };
}
