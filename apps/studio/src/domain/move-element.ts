import type { Element, ElementOf, Point, View } from '@stead/contracts/studio';
import { applySimilarity, quaternionOf, turn, type Quaternion, type SimilarityTransform } from '@stead/platform/similarity';

/** An element in the frame of another version. Lengths that people have measured stay: they are not of the frame. */
export function movedElement(element: Element, transform: SimilarityTransform): Element {
  const point = (at: Point): Point => applySimilarity(transform, at);
  const view = (from: View | null): View | null => (from === null ? null : movedView(from, transform));
  switch (element.kind) {
    case 'hotspot':
      return {
        ...element,
        anchor: point(element.anchor),
        normal: turn(transform.rotation, element.normal),
        view: view(element.view),
      };
    case 'tour':
      return { ...element, stops: element.stops.map((stop) => ({ ...stop, view: view(stop.view) })) };
    case 'measurement':
      return { ...element, measured: movedMeasure(element.measured, point) };
    case 'calibration':
      return { ...element, points: [point(element.points[0]), point(element.points[1])] };
    case 'plan-alignment':
      return { ...element, ...movedPlan(element, point) };
    case 'ar-anchor':
      return { ...element, position: point(element.position), rotation: composed(transform, element.rotation) };
    case 'route-point':
      return { ...element, position: point(element.position) };
    case 'route-path':
      return element;
    case 'redaction':
      return { ...element, region: movedRegion(element.region, point) };
  }
}

export function movedView({ position, target }: View, transform: SimilarityTransform): View {
  return { position: applySimilarity(transform, position), target: applySimilarity(transform, target) };
}

/** Where it is, to see how exact that is and whether it is still in the map. A tour is where its views are. */
export function pointsOf(element: Element): Point[] {
  switch (element.kind) {
    case 'hotspot':
      return [element.anchor];
    case 'tour':
      return element.stops.flatMap(({ view }) => (view === null ? [] : [view.position]));
    case 'measurement':
      return element.measured.points;
    case 'calibration':
      return element.points;
    case 'plan-alignment':
      return element.pairs.map(({ map }) => map);
    case 'ar-anchor':
    case 'route-point':
      return [element.position];
    case 'route-path':
      return [];
    case 'redaction':
      return cornersOf(element.region);
  }
}

type Measured = ElementOf<'measurement'>['measured'];

/** Spelled out, as each kind has its own number of points. */
function movedMeasure(measured: Measured, point: (at: Point) => Point): Measured {
  return { ...measured, points: measured.points.map(point) };
}

function movedPlan(
  { pairs, floor }: ElementOf<'plan-alignment'>,
  point: (at: Point) => Point,
): Pick<ElementOf<'plan-alignment'>, 'pairs' | 'floor'> {
  const mean = (axis: 0 | 1): number => pairs.reduce((sum, { map }) => sum + map[axis], 0) / pairs.length;
  return { pairs: pairs.map(({ plan, map }) => ({ plan, map: point(map) })), floor: point([mean(0), mean(1), floor])[2] };
}

/** Quaternions are x, y, z, w in elements, and w, x, y, z in the library. */
function composed(
  transform: SimilarityTransform,
  [x, y, z, w]: ElementOf<'ar-anchor'>['rotation'],
): ElementOf<'ar-anchor'>['rotation'] {
  const [aw, ax, ay, az] = quaternionOf(transform.rotation);
  const product: Quaternion = [
    aw * w - ax * x - ay * y - az * z,
    aw * x + ax * w + ay * z - az * y,
    aw * y - ax * z + ay * w + az * x,
    aw * z + ax * y - ay * x + az * w,
  ];
  return [product[1], product[2], product[3], product[0]];
}

type Region = ElementOf<'redaction'>['region'];

/** Of a height: below it a tilt is an error of rounding. */
const ROUNDING = 1e-9;

/** A prism that covers at least what was covered: where the frame is tilted too, its bottom and top reach farther. */
function movedRegion(region: Region, point: (at: Point) => Point): Region {
  const corners = cornersOf(region).map(point);
  const heights = corners.map(([, , z]) => z);
  const [bottom, top] = [Math.min(...heights), Math.max(...heights)];
  const around = corners.length / 2;
  const [lower, upper] = [corners.slice(0, around), corners.slice(around)];
  // Tilted, the upper outline lies beside the lower one: around both goes what is as far out as either.
  const shift = Math.max(...lower.map(([x, y], i) => Math.hypot(x - (upper[i]?.[0] ?? x), y - (upper[i]?.[1] ?? y))));
  const outline = shift < (top - bottom) * ROUNDING ? lower.map(([x, y]): [number, number] => [x, y]) : hullOf(corners);
  return { shape: 'prism', outline, bottom, top };
}

/** First those of the bottom, in their order, then those of the top in the same. */
function cornersOf(region: Region): Point[] {
  const outline: [number, number][] =
    region.shape === 'prism'
      ? region.outline
      : [
          [region.min[0], region.min[1]],
          [region.max[0], region.min[1]],
          [region.max[0], region.max[1]],
          [region.min[0], region.max[1]],
        ];
  const [bottom, top] = region.shape === 'prism' ? [region.bottom, region.top] : [region.min[2], region.max[2]];
  return [...outline.map(([x, y]): Point => [x, y, bottom]), ...outline.map(([x, y]): Point => [x, y, top])];
}

/** The convex hull of what lies above the floor, by Andrew's monotone chain (Information Processing Letters 9, 1979). */
function hullOf(points: readonly Point[]): [number, number][] {
  const sorted = points.map(([x, y]): [number, number] => [x, y]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: readonly [number, number][]): [number, number][] => {
    const chain: [number, number][] = [];
    for (const next of ordered) {
      for (;;) {
        const [before, last] = [chain.at(-2), chain.at(-1)];
        if (before === undefined || last === undefined) break;
        const turnsLeft = (last[0] - before[0]) * (next[1] - before[1]) - (last[1] - before[1]) * (next[0] - before[0]);
        if (turnsLeft > 0) break;
        chain.pop();
      }
      chain.push(next);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.toReversed())];
}
