import { add, type Vec3 } from '@stead/web/viewer-core';
import { z } from 'zod';
import type { Room } from './room';

const point = z.tuple([z.number(), z.number(), z.number()]);
/** `cameras.json`, as the pipeline writes it. */
const camerasSchema = z.object({ cameras: z.array(z.object({ position: point, forward: point })) });

const COLOUR = '#0f766e';
const FORWARD_M = 0.3;
const FORWARD_SHARE = 0.02;
/** More photos than this are thinned out evenly. */
const MARKS_MAX = 5_000;

/** Where the photos were taken, and which way they look: a dot with a short line. Off until somebody asks. */
export class PhotoMarks {
  private shownNow = false;
  private read: Promise<{ position: Vec3; forward: Vec3 }[]> | null = null;

  constructor(
    private readonly room: Room,
    private readonly camerasUrl: string | null,
  ) {}

  get any(): boolean {
    return this.camerasUrl !== null && this.room.viewer !== null;
  }

  get shown(): boolean {
    return this.shownNow;
  }

  async toggle(): Promise<void> {
    this.shownNow = !this.shownNow;
    const { viewer, signal, surroundings } = this.room;
    if (!this.shownNow) return viewer?.show('photos', null);
    const cameras = await this.cameras();
    if (signal.aborted || !this.shownNow) return;
    const { bounds, metresPerUnit } = surroundings;
    const span = Math.hypot(...bounds.max.map((value, axis) => value - (bounds.min[axis] ?? 0)));
    const length = metresPerUnit === null ? span * FORWARD_SHARE : FORWARD_M / metresPerUnit;
    const segments = cameras.map(({ position, forward }) => [position, add(position, forward, length)] as const);
    viewer?.show('photos', { colour: COLOUR, segments, dots: cameras.map(({ position }) => position), widthPx: 2, dotPx: 9 });
  }

  private cameras(): Promise<{ position: Vec3; forward: Vec3 }[]> {
    const { files, signal, page } = this.room;
    this.read ??= files.json(this.camerasUrl ?? '', signal).then(
      (file) => {
        const { cameras } = camerasSchema.parse(file);
        const stride = Math.ceil(cameras.length / MARKS_MAX);
        return cameras.filter((_, i) => i % stride === 0);
      },
      () => {
        this.read = null; // asked again next time
        if (!signal.aborted) page.showNotice(true);
        return [];
      },
    );
    return this.read;
  }
}
