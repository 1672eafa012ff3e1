/**
 * What a person draws in a picture, by mouse or by keyboard: corners of a box, points of an outline. Pixels of the picture, from its
 * upper left corner. Values in, values out: whoever shows it keeps it.
 */
export type Pixel = readonly [number, number];
export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
export type Drawn = { shape: 'box'; box: Box } | { shape: 'outline'; outline: [number, number][] };

export interface Drawing {
  /** A mark of its own, or what a mark is split into. */
  readonly purpose: 'mark' | 'split';
  readonly shape: Drawn['shape'];
  /** Where the next point goes. */
  readonly cross: Pixel;
  /** Of what is being drawn. */
  readonly points: readonly Pixel[];
  /** What is finished, of a mark that is split. */
  readonly parts: readonly Drawn[];
}

/** The drawing goes on, or it is over, with what came of it. */
export type Step = { kind: 'on'; drawing: Drawing } | { kind: 'over'; drawn: readonly Drawn[] };

/** Smaller than this nothing is covered; the server refuses it too. */
export const SIDE_PX_MIN = 4;
export const OUTLINE_POINTS_MAX = 200;
export const PARTS_MAX = 10;
const PARTS_MIN = 2;
/** Of the width of the picture: how far an arrow key goes. */
const STRIDE_SHARE = 0.01;
/** A click this near to the first point closes an outline. */
const CLOSING_SHARE = 0.015;

export function begin(
  purpose: Drawing['purpose'],
  shape: Drawing['shape'],
  around: Box | null,
  { width, height }: Size,
): Drawing {
  const cross: Pixel = around === null ? [width / 2, height / 2] : [around.x, around.y];
  return { purpose, shape, cross: inside(cross, { width, height }), points: [], parts: [] };
}

/** Another shape for what comes next; points that were set go. */
export function withShape(drawing: Drawing, shape: Drawing['shape']): Drawing {
  return { ...drawing, shape, points: [] };
}

/** `fine`: to the pixel. */
export function moved(drawing: Drawing, [dx, dy]: Pixel, fine: boolean, size: Size): Drawing {
  const stride = fine ? 1 : Math.max(1, Math.round(size.width * STRIDE_SHARE));
  const [x, y] = drawing.cross;
  return movedTo(drawing, [x + dx * stride, y + dy * stride], size);
}

export function movedTo(drawing: Drawing, to: Pixel, size: Size): Drawing {
  return { ...drawing, cross: inside(to, size) };
}

/** Sets a point where the cross is. The second corner ends a box; a point on the first one ends an outline. */
export function pointSet(drawing: Drawing, size: Size): Step {
  const { shape, cross, points } = drawing;
  const [first] = points;
  if (shape === 'box') {
    if (first === undefined) return on({ ...drawing, points: [cross] });
    const box = boxOf(first, cross);
    return box.width < SIDE_PX_MIN || box.height < SIDE_PX_MIN ? on(drawing) : finished(drawing, { shape, box });
  }
  const closing = Math.max(SIDE_PX_MIN, size.width * CLOSING_SHARE);
  if (first !== undefined && points.length >= 3 && Math.hypot(cross[0] - first[0], cross[1] - first[1]) < closing)
    return finished(drawing, outlineOf(points));
  const next = { ...drawing, points: [...points, cross] };
  return next.points.length >= OUTLINE_POINTS_MAX ? finished(next, outlineOf(next.points)) : on(next);
}

/** Takes the last point back, then the last part. */
export function takenBack(drawing: Drawing): Drawing {
  const { points, parts } = drawing;
  return points.length > 0 ? { ...drawing, points: points.slice(0, -1) } : { ...drawing, parts: parts.slice(0, -1) };
}

/** An outline of three points is one; fewer points are none. With nothing begun, the parts are all, or nothing is. */
export function ended(drawing: Drawing): Step {
  const { shape, points, parts, purpose } = drawing;
  if (shape === 'outline' && points.length >= 3) return finished(drawing, outlineOf(points));
  if (points.length > 0 && purpose === 'split') return on({ ...drawing, points: [] });
  return { kind: 'over', drawn: parts.length >= PARTS_MIN ? parts : [] };
}

/** What is being drawn, as far as the cross. */
export function preview({ shape, points, cross }: Drawing): readonly Pixel[] {
  const [first] = points;
  if (first === undefined) return [];
  return shape === 'box' ? cornersOf(boxOf(first, cross)) : [...points, cross];
}

export function cornersOf({ x, y, width, height }: Box): Pixel[] {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}

function finished(drawing: Drawing, drawn: Drawn): Step {
  if (drawing.purpose === 'mark') return { kind: 'over', drawn: [drawn] };
  const parts = [...drawing.parts, drawn];
  return parts.length >= PARTS_MAX ? { kind: 'over', drawn: parts } : on({ ...drawing, points: [], parts });
}

function boxOf([x0, y0]: Pixel, [x1, y1]: Pixel): Box {
  return { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
}

const outlineOf = (points: readonly Pixel[]): Drawn => ({ shape: 'outline', outline: points.map(([x, y]) => [x, y]) });
const on = (drawing: Drawing): Step => ({ kind: 'on', drawing });

function inside([x, y]: Pixel, { width, height }: Size): Pixel {
  return [Math.round(Math.min(width, Math.max(0, x))), Math.round(Math.min(height, Math.max(0, y)))];
}
