/** Pixels of the whole picture, from its upper left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Corner = readonly [x: number, y: number];

/** A place in a picture that shows somebody's face or a number plate. */
export interface Detection {
  kind: 'face' | 'plate';
  box: Box;
  /** The four corners of a region that is turned; null where `box` says it all. */
  corners: readonly [Corner, Corner, Corner, Corner] | null;
  /** How sure the detector is, 0 to 1. */
  score: number;
}

/** An RGB picture, three bytes per pixel, row by row. */
export interface Picture {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** Keeps the surest of boxes that overlap by more than `overlapMax` of their union, or of which one holds most of the other. */
export function withoutDoubles<T extends { box: Box; score: number }>(found: readonly T[], overlapMax: number): T[] {
  const kept: T[] = [];
  for (const candidate of [...found].sort((a, b) => b.score - a.score)) {
    if (!kept.some((other) => overlap(candidate.box, other.box) > overlapMax || contained(candidate.box, other.box)))
      kept.push(candidate);
  }
  return kept;
}

/** Intersection over union. */
export function overlap(a: Box, b: Box): number {
  const shared = intersection(a, b);
  const union = a.width * a.height + b.width * b.height - shared;
  return union <= 0 ? 0 : shared / union;
}

/** Grown about its centre, and cut to the picture. */
export function grown(box: Box, factor: number, picture: { width: number; height: number }): Box {
  const x0 = Math.max(0, Math.floor(box.x + (box.width * (1 - factor)) / 2));
  const y0 = Math.max(0, Math.floor(box.y + (box.height * (1 - factor)) / 2));
  const x1 = Math.min(picture.width, Math.ceil(box.x + (box.width * (1 + factor)) / 2));
  const y1 = Math.min(picture.height, Math.ceil(box.y + (box.height * (1 + factor)) / 2));
  return { x: x0, y: y0, width: Math.max(0, x1 - x0), height: Math.max(0, y1 - y0) };
}

/** Overlapping squares that cover a picture; none for a picture that is not larger than one of them. */
export function tilesOf(width: number, height: number, sidePx: number, overlapPx: number): Box[] {
  if (Math.max(width, height) <= sidePx) return [];
  const starts = (length: number): number[] => {
    if (length <= sidePx) return [0];
    const count = Math.ceil((length - overlapPx) / (sidePx - overlapPx));
    return Array.from({ length: count }, (_, i) => Math.round((i * (length - sidePx)) / (count - 1)));
  };
  const columns = starts(width);
  return starts(height).flatMap((y) =>
    columns.map((x) => ({ x, y, width: Math.min(sidePx, width), height: Math.min(sidePx, height) })),
  );
}

const CONTAINED_SHARE = 0.85;

function contained(small: Box, large: Box): boolean {
  const area = small.width * small.height;
  return area > 0 && intersection(small, large) / area > CONTAINED_SHARE;
}

function intersection(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}
