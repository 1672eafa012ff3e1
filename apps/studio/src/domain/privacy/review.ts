import type { StoredFile, Volume } from '@stead/contracts/pipeline';
import type { ErasureState, Point, ReviewState } from '@stead/contracts/studio';
import { transition } from '@stead/platform/machine';
import { studioError } from '../errors';
import type { KnownMapVersion } from '../publication';
import { reviewTransitions, type ReviewEvent } from './review.machine';

/** What people decide about who is seen in a map version, and in those after it that differ in what is covered alone. */
export interface Review {
  id: string;
  workspaceId: string;
  spaceMapId: string;
  /** The newest of those versions. */
  version: KnownMapVersion;
  captureId: string;
  /** The attempt whose steps hold the pictures. */
  runId: string;
  epoch: number;
  state: ReviewState;
  revision: number;
  /** What is being made while it is `applying`. */
  pending: { versionId: string; runId: string } | null;
  failure: string | null;
  approvedAt: Date | null;
  approvedBy: string | null;
  erasure: Erasure;
  createdAt: Date;
  changedAt: Date;
}

export interface Erasure {
  state: ErasureState;
  dueAt: Date | null;
  orderedAt: Date | null;
  erasedAt: Date | null;
  /** Why nothing is erased; null where nothing forbids it. */
  hold: string | null;
}

export interface ReviewPicture {
  image: string;
  /** Place in the order of the capture. */
  position: number;
  name: string;
  width: number;
  height: number;
  /** Null once it was erased. */
  original: StoredFile | null;
  covered: StoredFile | null;
  placed: { position: Point; forward: Point } | null;
}

/** A part of the place that is gone, or is to go. */
export interface ReviewVolume {
  id: string;
  sha256: string;
  volume: Volume;
  source: 'scene' | 'request';
  applied: boolean;
}

/** Figures of a review, counted where its rows are. */
export interface ReviewTally {
  pictures: number;
  detections: number;
  undecided: number;
  changes: number;
}

export const KEPT: Erasure = { state: 'kept', dueAt: null, orderedAt: null, erasedAt: null, hold: null };

/** The state after an event, or null when it changes nothing; throws where the event makes no sense. */
export function reviewStateAfter({ state }: Pick<Review, 'state'>, event: ReviewEvent): ReviewState | null {
  const verdict = transition(reviewTransitions, state, event);
  if (verdict.kind === 'reject') throw studioError['review-not-open'](SAY[state]);
  return verdict.kind === 'move' ? verdict.to : null;
}

const SAY: Record<ReviewState, string> = {
  reading: 'What the detectors found is still being read; wait a moment',
  open: 'It is open',
  applying: 'Another version is being made of what was decided; wait until it is ready',
  approved: 'It was approved; reopen it to decide otherwise',
  closed: 'Its map is gone',
};
