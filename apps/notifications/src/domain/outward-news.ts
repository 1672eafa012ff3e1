import type { runChanged } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { WebhookNews } from '@stead/contracts/notifications';
import type { mapVersionChanged, mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import type { blurRequestChanged, publicationChanged } from '@stead/contracts/studio';
import type { captureRejected, captureVerified } from '@stead/contracts/workspaces';

/**
 * What of our own messages is told to the outside. Each field is taken by name: keys of bundles, checksums and whatever a message
 * gets later stay in the house. Null where a change is nothing that a receiver waits for.
 */
export const outward = {
  captureVerified: ({ captureId, kind, name, files, bytes }: PayloadOf<typeof captureVerified>): WebhookNews => ({
    type: 'capture.verified',
    data: { captureId, kind, name, files, bytes },
  }),

  captureRejected: ({ captureId, problems }: PayloadOf<typeof captureRejected>): WebhookNews => ({
    type: 'capture.rejected',
    data: { captureId, problems },
  }),

  runChanged: ({ runId, state, failure }: PayloadOf<typeof runChanged>): WebhookNews | null => {
    if (state === 'succeeded') return { type: 'run.succeeded', data: { runId } };
    if (state === 'cancelled') return { type: 'run.cancelled', data: { runId } };
    if (state !== 'failed') return null; // a dead letter is tried again by whoever operates the platform
    if (failure === null) return { type: 'run.failed', data: { runId, failure } };
    const { kind, code, step, detail, advice } = failure;
    return { type: 'run.failed', data: { runId, failure: { kind, code, step, detail, advice } } };
  },

  mapVersionReady: ({ spaceMapId, versionId, number, name, bytes }: PayloadOf<typeof mapVersionReady>): WebhookNews => ({
    type: 'map-version.ready',
    data: { spaceMapId, versionId, number, name, bytes },
  }),

  mapVersionChanged: (changed: PayloadOf<typeof mapVersionChanged>): WebhookNews | null => {
    const { spaceMapId, versionId, runId, number, name, state } = changed;
    return state === 'failed' ? { type: 'map-version.failed', data: { spaceMapId, versionId, runId, number, name } } : null;
  },

  blurRequestChanged: (changed: PayloadOf<typeof blurRequestChanged>): WebhookNews | null => {
    const { requestId, publicationId, spaceMapId, answerBy, state } = changed;
    return state === 'received'
      ? { type: 'blur-request.received', data: { requestId, publicationId, spaceMapId, answerBy } }
      : null;
  },

  spaceMapDeleted: ({ spaceMapId }: PayloadOf<typeof spaceMapDeleted>): WebhookNews => ({
    type: 'space-map.deleted',
    data: { spaceMapId },
  }),
};

/** What was last told of a publication. */
export interface PublicationTold {
  revision: number;
  state: 'published' | 'unpublished';
}

/**
 * A change of a publication as an event. Messages may come late: one that is older than what was told is nothing new, and one
 * whose predecessor has not come yet tells of a publication for the first time.
 */
export function publicationNews(told: PublicationTold | null, changed: PayloadOf<typeof publicationChanged>): WebhookNews | null {
  if (told !== null && changed.revision <= told.revision) return null;
  const { publicationId, revision, spaceMapId, versionId, title, visibility } = changed;
  const data = { publicationId, revision, spaceMapId, versionId, title, visibility };
  if (changed.state === 'unpublished') return told?.state === 'unpublished' ? null : { type: 'publication.unpublished', data };
  return told?.state === 'published' ? { type: 'publication.updated', data } : { type: 'publication.published', data };
}
