import type { Element, ElementOf, Localised, Point, View } from './types';

const head = (order: number): { id: string; order: number; hidden: false } => ({
  id: crypto.randomUUID(),
  order,
  hidden: false,
});

export interface Placed {
  point: Point;
  normal: Point;
}
/** Of a box that somebody begins with: a share of the map's diagonal. */
const BOX_SHARE = 0.04;

export function newHotspot(order: number, title: Localised, { point, normal }: Placed): ElementOf<'hotspot'> {
  return {
    ...{ kind: 'hotspot', ...head(order), title, anchor: point, normal, colour: '#2563eb', icon: 'info' },
    ...{ text: null, media: [], links: [], category: null, hours: null, contact: null, view: null },
  };
}

export type Stop = ElementOf<'tour'>['stops'][number];

export function newStop(of: { hotspotId: string } | { view: View }): Stop {
  return { hotspotId: null, view: null, dwellS: 6, narration: null, audioMediaId: null, ...of };
}

export function newTour(order: number, title: Localised, stops: Stop[]): ElementOf<'tour'> {
  return { kind: 'tour', ...head(order), title, stops, travelS: 3, repeats: false };
}

export type Measured = ElementOf<'measurement'>['measured'];

export function newMeasurement(order: number, of: Measured['of'], points: Point[]): ElementOf<'measurement'> {
  return { kind: 'measurement', ...head(order), title: null, measured: { of, points } };
}

export function newCalibration(order: number, points: [Point, Point], lengthM: number): ElementOf<'calibration'> {
  return { kind: 'calibration', ...head(order), points, lengthM, lengthErrorM: 0.005 };
}

export type Pair = ElementOf<'plan-alignment'>['pairs'][number];

export function newPlan(order: number, pairs: Pair[]): ElementOf<'plan-alignment'> {
  return { kind: 'plan-alignment', ...head(order), title: null, mediaId: null, pairs, floor: 0 };
}

export function newAnchor(order: number, title: Localised, position: Point): ElementOf<'ar-anchor'> {
  return {
    ...{ kind: 'ar-anchor', ...head(order), title, position, rotation: [0, 0, 0, 1], geoPose: null },
    ...{ glbMediaId: null, usdzMediaId: null, fallbackMediaId: null, radiusM: 10, scale: 1 },
  };
}

export function newRoutePoint(order: number, position: Point): ElementOf<'route-point'> {
  return { kind: 'route-point', ...head(order), title: null, position, turningM: null };
}

export function newRoutePath(order: number, fromId: string, toId: string): ElementOf<'route-path'> {
  return { kind: 'route-path', ...head(order), fromId, toId, widthM: null, stepM: null, slope: null, confirmed: false };
}

export type Region = ElementOf<'redaction'>['region'];

export function newRedaction(order: number, region: Region): ElementOf<'redaction'> {
  return { kind: 'redaction', ...head(order), title: null, region, reason: null };
}

/** The box between two corners; as thick as may be seen where they lie in one plane. */
export function boxOf(a: Point, b: Point, diagonal: number): Region {
  const least = diagonal * BOX_SHARE;
  const side = (axis: 0 | 1 | 2): [number, number] => {
    const [low, high] = [Math.min(a[axis], b[axis]), Math.max(a[axis], b[axis])];
    const missing = Math.max(0, least - (high - low)) / 2;
    return [low - missing, high + missing];
  };
  const [x, y, z] = [side(0), side(1), side(2)];
  return { shape: 'box', min: [x[0], y[0], z[0]], max: [x[1], y[1], z[1]] };
}

/** From the lowest point of an outline up to its highest; at least as high as may be seen. */
export function prismOf(points: readonly Point[], diagonal: number): Region {
  const heights = points.map(([, , z]) => z);
  const [bottom, top] = [Math.min(...heights), Math.max(...heights)];
  return { shape: 'prism', outline: points.map(([x, y]) => [x, y]), bottom, top: Math.max(top, bottom + diagonal * BOX_SHARE) };
}

/** Where it is, for who wants to see it; null for what is everywhere or nowhere. */
export function placeOf(element: Element, all: readonly Element[]): Point | null {
  switch (element.kind) {
    case 'hotspot':
      return element.anchor;
    case 'ar-anchor':
    case 'route-point':
      return element.position;
    case 'measurement':
      return middleOf(element.measured.points);
    case 'calibration':
      return middleOf(element.points);
    case 'redaction':
      return middleOfRegion(element.region);
    case 'route-path': {
      const ends = all.flatMap((one) =>
        one.kind === 'route-point' && (one.id === element.fromId || one.id === element.toId) ? [one.position] : [],
      );
      return ends.length === 0 ? null : middleOf(ends);
    }
    case 'plan-alignment':
      return middleOf(element.pairs.map(({ map }) => map));
    case 'tour':
      return null;
  }
}

export function middleOf(points: readonly Point[]): Point {
  const mean = (axis: 0 | 1 | 2): number => points.reduce((sum, point) => sum + point[axis], 0) / Math.max(1, points.length);
  return [mean(0), mean(1), mean(2)];
}

function middleOfRegion(region: Region): Point {
  if (region.shape === 'box') return middleOf([region.min, region.max]);
  return middleOf(region.outline.map(([x, y]) => [x, y, (region.bottom + region.top) / 2]));
}
