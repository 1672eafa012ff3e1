import type { Drawing } from '@stead/web/viewer-core';
import { ofKind } from '../model/arrange';
import type { Region } from '../model/make';
import type { Element, ElementOf, Point, SceneElement } from '../model/types';

type Segment = readonly [Point, Point];

const COLOURS = { measurement: '#d97706', calibration: '#0891b2', redaction: '#dc2626', tour: '#7c3aed', plan: '#4d7c0f' };
/** Said in words too: colours alone would leave some out. */
const WAYS = { yes: '#15803d', no: '#dc2626', unsure: '#7c3aed' };
const SELECTED_PX = 6;
const SELECTED_EDGE_PX = 3;

export interface Marker {
  readonly id: string;
  readonly at: Point;
  readonly kind: Element['kind'];
  readonly label: string;
  readonly colour: string;
  readonly hidden: boolean;
}

/** What of the scene is drawn in the picture, by name. */
export function drawingsOf(elements: readonly SceneElement[], selectedId: string | null): Map<string, Drawing> {
  const drawings = new Map<string, Drawing>();
  const shown = elements.filter(({ element }) => !element.hidden || element.id === selectedId);
  for (const { element, derived } of shown) {
    const wheelchair = derived?.of === 'route-path' ? derived.wheelchair : 'unsure';
    const drawing = drawingOf(element, shown, wheelchair);
    if (drawing === null) continue;
    const widthPx = drawing.faces === undefined ? SELECTED_PX : SELECTED_EDGE_PX;
    drawings.set(element.id, element.id === selectedId ? { ...drawing, widthPx } : drawing);
  }
  return drawings;
}

function drawingOf(element: Element, all: readonly SceneElement[], wheelchair: keyof typeof WAYS): Drawing | null {
  switch (element.kind) {
    case 'measurement': {
      const segments = segmentsOf(element.measured);
      return { colour: COLOURS.measurement, segments, dots: element.measured.points };
    }
    case 'calibration':
      return { colour: COLOURS.calibration, segments: [element.points], dots: element.points };
    case 'plan-alignment':
      return { colour: COLOURS.plan, segments: [], dots: element.pairs.map(({ map }) => map) };
    case 'redaction':
      return volumeOf(element.region);
    case 'route-path': {
      const [from, to] = [element.fromId, element.toId].map((id) => ofKind(all, 'route-point').find((point) => point.id === id));
      return from === undefined || to === undefined
        ? null
        : { colour: WAYS[wheelchair], segments: [[from.position, to.position]], widthPx: 5 };
    }
    case 'tour': {
      const places = element.stops.flatMap((stop) => placeOfStop(stop, all));
      return places.length === 0 ? null : { colour: COLOURS.tour, segments: chain(places), widthPx: 2, dots: places };
    }
    default:
      return null;
  }
}

function placeOfStop({ hotspotId, view }: ElementOf<'tour'>['stops'][number], all: readonly SceneElement[]): Point[] {
  const hotspot = ofKind(all, 'hotspot').find(({ id }) => id === hotspotId);
  const seen = view ?? hotspot?.view ?? null;
  if (seen !== null) return [seen.position];
  return hotspot === undefined ? [] : [hotspot.anchor];
}

/** A height is drawn upright, from below the higher point; an outline comes back to where it began. */
export function segmentsOf({ of, points }: ElementOf<'measurement'>['measured']): Segment[] {
  const [a, b] = points;
  if (of === 'height' && a !== undefined && b !== undefined) {
    const [low, high] = a[2] <= b[2] ? [a, b] : [b, a];
    const foot: Point = [high[0], high[1], low[2]];
    return [
      [low, foot],
      [foot, high],
    ];
  }
  return chain(of === 'area' && points.length > 2 ? [...points, ...points.slice(0, 1)] : points);
}

export function chain(points: readonly Point[]): Segment[] {
  return points.slice(1).flatMap((point, i) => {
    const before = points[i];
    return before === undefined ? [] : [[before, point] as const];
  });
}

/** A region as a body of glass with its edges. */
export function volumeOf(region: Region): Drawing {
  const { outline, bottom, top } = region.shape === 'prism' ? region : prismOfBox(region);
  const low = outline.map(([x, y]): Point => [x, y, bottom]);
  const high = outline.map(([x, y]): Point => [x, y, top]);
  const segments: Segment[] = [];
  const faces: [Point, Point, Point][] = [];
  low.forEach((a, i) => {
    const next = (i + 1) % low.length;
    const [b, c, d] = [low[next], high[next], high[i]];
    if (b === undefined || c === undefined || d === undefined) return;
    segments.push([a, b], [d, c], [a, d]);
    faces.push([a, b, c], [a, c, d]);
  });
  // Lids as fans: of a hollow outline they cover a little more, which is seen from above alone and hides nothing.
  const [firstLow, firstHigh] = [low[0], high[0]];
  for (let i = 1; i + 1 < low.length; i += 1) {
    const [b, c, d, e] = [low[i], low[i + 1], high[i], high[i + 1]];
    if (firstLow !== undefined && b !== undefined && c !== undefined) faces.push([firstLow, b, c]);
    if (firstHigh !== undefined && d !== undefined && e !== undefined) faces.push([firstHigh, d, e]);
  }
  return { colour: COLOURS.redaction, segments, faces, widthPx: 2 };
}

function prismOfBox({ min, max }: Extract<Region, { shape: 'box' }>): {
  outline: [number, number][];
  bottom: number;
  top: number;
} {
  const outline: [number, number][] = [
    [min[0], min[1]],
    [max[0], min[1]],
    [max[0], max[1]],
    [min[0], max[1]],
  ];
  return { outline, bottom: min[2], top: max[2] };
}
