import type { Pose, Surroundings, Vec3, View, Viewer } from '@stead/web/viewer-core';
import type { PlaceFiles } from '../files';
import type { Page } from '../page';
import type { Language } from '../words';
import type { Catalogue, Listed } from './catalogue';
import type { ContentWords } from './words';

/** What the parts of the contents share. */
export interface Room {
  readonly page: Page;
  readonly files: PlaceFiles;
  /** Null where the browser cannot draw the place: then panels open, and nobody flies. */
  readonly viewer: Viewer | null;
  readonly catalogue: Catalogue;
  readonly surroundings: Surroundings;
  readonly language: Language;
  readonly words: ContentWords;
  /** Aborted when the place is left. */
  readonly signal: AbortSignal;
  /** Where the visitor is; where visits begin, without an engine. */
  readonly eye: Pose;
  /** Of the eye of a visitor who has just come. */
  readonly startHeight: number;
  /** On behalf of the visitor: a tour that plays is paused. */
  goTo(view: View): void;
  /** Goes to an element and says what there is to say about it; what opened it gets the focus back. */
  open(element: Listed, opener: HTMLElement | null): void;
}

/** Where the parts that stand for nothing in particular get the focus back to. */
export function homeOf(room: Room): HTMLElement {
  return room.viewer === null ? (document.querySelector<HTMLElement>('#tools button') ?? document.body) : room.page.canvas;
}

export function middleOf(points: readonly Vec3[]): Vec3 {
  const mean = (axis: 0 | 1 | 2): number => points.reduce((sum, point) => sum + point[axis], 0) / Math.max(1, points.length);
  return [mean(0), mean(1), mean(2)];
}
