import type { MediaKind, MediaProblem, MediaState } from '@stead/contracts/studio';
import { transition } from '@stead/platform/machine';
import { studioError } from './errors';
import { mediaTransitions, type MediaEvent } from './media.machine';

/** A file of the library. */
export interface Media {
  id: string;
  workspaceId: string;
  requestId: string;
  name: string;
  state: MediaState;
  kind: MediaKind | null;
  mediaType: string | null;
  /** Without a dot; null until it is ready. */
  extension: string | null;
  bytes: number;
  /** Of the upload; once it is ready, of what is shown. */
  sha256: string;
  widthPx: number | null;
  heightPx: number | null;
  durationS: number | null;
  problem: MediaProblem | null;
  createdAt: Date;
}

/** What of a file is shown, once it was looked into. */
export type Shown = Pick<Media, 'bytes' | 'sha256' | 'widthPx' | 'heightPx' | 'durationS'> &
  Record<'mediaType' | 'extension', string> & { kind: MediaKind };

/** The state after an event, or null when it changes nothing. */
export function mediaStateAfter({ state }: Media, event: MediaEvent): MediaState | null {
  const verdict = transition(mediaTransitions, state, event);
  if (verdict.kind === 'reject') throw studioError['media-not-found']();
  return verdict.kind === 'move' ? verdict.to : null;
}

/** Where the upload lies until it was looked into, and where what is shown of it. No key holds a text of somebody. */
export const mediaKeys = {
  prefix: (workspaceId: string, id: string): string => `workspaces/${workspaceId}/media/${id}/`,
  upload: (workspaceId: string, id: string): string => `quarantine/${workspaceId}/media/${id}`,
  shown: ({ workspaceId, id }: Media, { sha256, extension }: Pick<Shown, 'sha256' | 'extension'>): string =>
    `${mediaKeys.prefix(workspaceId, id)}${sha256}.${extension}`,
} as const;
