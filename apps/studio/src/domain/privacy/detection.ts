import type { Cover } from '@stead/contracts/pipeline';
import type { Drawing, KeepReason, MarkKind, Point, Verdict } from '@stead/contracts/studio';
import { studioError } from '../errors';
import type { ReviewPicture } from './review';

/** A mark in a picture: what a detector has found, or a person has drawn. */
export interface Detection {
  id: string;
  image: string;
  source: 'detector' | 'person';
  kind: MarkKind;
  cover: Cover;
  score: number | null;
  place: Point | null;
  /** Found again after that one was covered: it goes with it. */
  partOf: string | null;
  /** One of those that a mark was split into: what they cover was covered, so that none of them is simply taken back. */
  isPart: boolean;
  verdict: Verdict['verdict'] | 'split' | null;
  reason: KeepReason | null;
  decidedBy: string | null;
  decidedAt: Date | null;
  /** Whether it is covered in the version that the review is of. */
  covered: boolean;
}

/** Smaller than this in either direction nothing can be made out. */
const SIDE_PX_MIN = 4;

/**
 * Whether it is to be covered. What nobody has decided stays covered: a detector that is wrong costs a blur, a person who was
 * forgotten a face. What was split is covered by its parts.
 */
export function isWanted(
  detection: Pick<Detection, 'verdict' | 'partOf'>,
  parents: ReadonlyMap<string, Pick<Detection, 'verdict'>>,
): boolean {
  const { verdict } = (detection.partOf === null ? undefined : parents.get(detection.partOf)) ?? detection;
  return verdict === null || verdict === 'blur';
}

/** What a person drew as it is covered: cut to the picture, and refused where nothing of it lies inside or it covers nothing. */
export function drawnCover(drawing: Drawing, { width, height }: Pick<ReviewPicture, 'width' | 'height'>, pointer: string): Cover {
  const corners =
    drawing.shape === 'outline'
      ? drawing.outline
      : cornersOf(drawing.box.x, drawing.box.y, drawing.box.x + drawing.box.width, drawing.box.y + drawing.box.height);
  const outline = corners.map(([x, y]): [number, number] => [clamp(x, width), clamp(y, height)]);
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  const [across, down] = [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
  if (across < SIDE_PX_MIN || down < SIDE_PX_MIN || areaOf(outline) < SIDE_PX_MIN ** 2)
    throw studioError['mark-outside'](
      `The picture is ${width} by ${height} pixels; of what was drawn nothing to cover lies in it`,
      {
        errors: [{ pointer, detail: `Draw at least ${SIDE_PX_MIN} by ${SIDE_PX_MIN} pixels inside the picture` }],
      },
    );
  return { shape: 'outline', outline };
}

/** Pixels that hold all of it, cut to the picture. */
export function boundsOf(cover: Cover): { x: number; y: number; width: number; height: number } {
  if (cover.shape === 'detected' && cover.corners === null) return cover.box;
  const points = cover.shape === 'detected' ? (cover.corners ?? []) : cover.outline;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/**
 * To which of those that were found at first each one belongs that was found again after covering: the one that it overlaps most. One
 * that overlaps none was hidden until then and is decided by itself.
 */
export function parentOf(cover: Cover, firsts: readonly { id: string; cover: Cover }[]): string | null {
  const box = boundsOf(cover);
  let best: { id: string; shared: number } | null = null;
  for (const first of firsts) {
    const shared = sharedArea(box, boundsOf(first.cover));
    if (shared > (best?.shared ?? 0)) best = { id: first.id, shared };
  }
  return best?.id ?? null;
}

type Bounds = ReturnType<typeof boundsOf>;

function sharedArea(a: Bounds, b: Bounds): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function cornersOf(x0: number, y0: number, x1: number, y1: number): [number, number][] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}

/** Shoelace formula. */
function areaOf(points: readonly (readonly [number, number])[]): number {
  let twice = 0;
  points.forEach(([x, y], i) => {
    const [nextX, nextY] = points[(i + 1) % points.length] ?? [x, y];
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}
