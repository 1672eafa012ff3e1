import { add, project, type Vec3 } from '@stead/web/viewer-core';
import type { Room } from './room';

const COLOUR = '#0f766e';
const FORWARD_M = 0.3;
const FORWARD_SHARE = 0.02;
const DOT_PX = 9;
/** A finger is not as exact as a dot is small. */
const REACH_PX = 16;
/** More photos than this are thinned out evenly. */
const MARKS_MAX = 5_000;

export interface Taken {
  readonly position: Vec3;
  /** Of length one. */
  readonly forward: Vec3;
}

/** Where the photos were taken, and which way they look: a dot with a short line. */
export class PhotoMarks<T extends Taken> {
  private marked: readonly T[] = [];

  constructor(private readonly room: Room) {}

  show(taken: readonly T[]): void {
    const { viewer, surroundings } = this.room;
    const { bounds, metresPerUnit } = surroundings;
    const stride = Math.ceil(taken.length / MARKS_MAX);
    this.marked = taken.filter((_, i) => i % stride === 0);
    const span = Math.hypot(...bounds.max.map((value, axis) => value - (bounds.min[axis] ?? 0)));
    const length = metresPerUnit === null ? span * FORWARD_SHARE : FORWARD_M / metresPerUnit;
    const segments = this.marked.map(({ position, forward }) => [position, add(position, forward, length)] as const);
    const dots = this.marked.map(({ position }) => position);
    viewer?.show('photos', { colour: COLOUR, segments, dots, widthPx: 2, dotPx: DOT_PX });
  }

  hide(): void {
    this.marked = [];
    this.room.viewer?.show('photos', null);
  }

  /** The nearest to the eye of those at a place of the picture. */
  at(x: number, y: number): T | null {
    const { viewer } = this.room;
    if (viewer === null) return null;
    let found: { mark: T; depth: number } | null = null;
    for (const mark of this.marked) {
      const seen = project(viewer.lens, mark.position);
      if (seen === null || Math.hypot(seen.x - x, seen.y - y) > REACH_PX) continue;
      if (found === null || seen.depth < found.depth) found = { mark, depth: seen.depth };
    }
    return found?.mark ?? null;
  }
}
