import type { Bounds } from '@stead/web/viewer-core';
import { z } from 'zod';

/** Pixels (u right, v down) of a drawing to the map: `x = a·u + b·v + tx`, `y = b·u − a·v + ty`. */
export interface PlanFrame {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/** `plan.json`, beside the map's own floor plan: where its picture lies. */
const planFileSchema = z.object({
  originX: z.number(),
  originY: z.number(),
  unitsPerPx: z.number().positive(),
});

export function frameOfFile(file: unknown): PlanFrame | null {
  const plan = planFileSchema.safeParse(file);
  if (!plan.success) return null;
  return { a: plan.data.unitsPerPx, b: 0, tx: plan.data.originX, ty: plan.data.originY };
}

/** How the plan step frames its picture: the longer side of the place and a margin on each side of it. */
const MARGIN_SHARE = 0.03;
/** The picture leaves outliers out and the bounds do not: where their shapes differ by more than this, it cannot be placed. */
const SHAPE_TOLERANCE = 0.01;

/** Where the map's own plan lies, from its size and the map's; null where the two do not agree. */
export function frameOfBounds(widthPx: number, heightPx: number, { min, max }: Bounds): PlanFrame | null {
  const [width, depth] = [max[0] - min[0], max[1] - min[1]];
  const margin = Math.max(width, depth) * MARGIN_SHARE;
  const shape = (width + 2 * margin) / (depth + 2 * margin);
  if (!(widthPx > 0 && heightPx > 0 && shape > 0)) return null;
  if (Math.abs(widthPx / heightPx / shape - 1) > SHAPE_TOLERANCE) return null;
  return { a: (width + 2 * margin) / widthPx, b: 0, tx: min[0] - margin, ty: max[1] + margin };
}

export function toPlan({ a, b, tx, ty }: PlanFrame, x: number, y: number): { u: number; v: number } {
  const size = a * a + b * b;
  const [dx, dy] = [x - tx, y - ty];
  return { u: (a * dx + b * dy) / size, v: (b * dx - a * dy) / size };
}

export function toMap({ a, b, tx, ty }: PlanFrame, u: number, v: number): { x: number; y: number } {
  return { x: a * u + b * v + tx, y: b * u - a * v + ty };
}

/** Clockwise from straight up on the drawing, in radians: how an arrow that points up is turned to show a direction of the map. */
export function headingOn(frame: PlanFrame, yaw: number): number {
  const here = toPlan(frame, 0, 0);
  const there = toPlan(frame, Math.cos(yaw), Math.sin(yaw));
  return Math.atan2(there.u - here.u, here.v - there.v);
}
