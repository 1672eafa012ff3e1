import type { BlurRequestState, CreateBlurRequestBody, Point, View } from '@stead/contracts/studio';
import { transition } from '@stead/platform/machine';
import { studioError } from '../errors';
import { blurRequestTransitions, type BlurRequestEvent } from './blur-request.machine';

/** Somebody asks to be seen no more in a published place. */
export interface BlurRequest {
  /** The secret of whoever asks. */
  id: string;
  workspaceId: string;
  sortId: string;
  publicationId: string;
  spaceMapId: string;
  place: Point;
  view: View | null;
  what: CreateBlurRequestBody['what'];
  note: string | null;
  contact: string | null;
  state: BlurRequestState;
  /** The part of the place by which it is answered. */
  volume: { reviewId: string; volumeId: string } | null;
  answer: string | null;
  receivedAt: Date;
  answerBy: Date;
  answeredAt: Date | null;
  revision: number;
}

/** Waiting for an answer beyond the time in which one was promised. */
export function isOverdue({ state, answerBy }: Pick<BlurRequest, 'state' | 'answerBy'>, now: Date): boolean {
  return (state === 'received' || state === 'accepted') && answerBy < now;
}

/** The state after an event, or null when it changes nothing; throws where the event makes no sense. */
export function requestStateAfter({ state }: Pick<BlurRequest, 'state'>, event: BlurRequestEvent): BlurRequestState | null {
  const verdict = transition(blurRequestTransitions, state, event);
  if (verdict.kind === 'reject') throw studioError['blur-request-answered'](state === 'done' ? 'It was done' : 'It was declined');
  return verdict.kind === 'move' ? verdict.to : null;
}
