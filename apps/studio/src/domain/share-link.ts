import { randomUUID } from 'node:crypto';
import { SHARE_LINKS_MAX, type ShareLinkState } from '@stead/contracts/studio';
import { transition } from '@stead/platform/machine';
import { studioError } from './errors';
import { shareLinkTransitions, type ShareLinkEvent } from './share-link.machine';

/** Another way in to a publication, whoever else may see it: with its own password, its own end, and its own count. */
export interface ShareLink {
  id: string;
  workspaceId: string;
  sortId: string;
  requestId: string;
  publicationId: string;
  name: string;
  state: ShareLinkState;
  passwordHash: string | null;
  expiresAt: Date | null;
  viewsMax: number | null;
  download: boolean;
  revision: number;
  createdAt: Date;
  changedAt: Date;
}

export type ShareLinkChange = Pick<ShareLink, 'name' | 'state' | 'passwordHash' | 'expiresAt' | 'viewsMax' | 'download'>;

/** The id is the secret: 122 random bits, and nothing of the publication. */
export function newShareLinkId(): string {
  return randomUUID();
}

/** The state after an event, or null when it changes nothing; throws where the event makes no sense. */
export function linkStateAfter(link: ShareLink, event: ShareLinkEvent): ShareLinkState | null {
  const verdict = transition(shareLinkTransitions, link.state, event);
  if (verdict.kind === 'reject') throw studioError['share-link-revoked']('Make a new one');
  return verdict.kind === 'move' ? verdict.to : null;
}

export function requireRoomForLink(active: number): void {
  if (active >= SHARE_LINKS_MAX)
    throw studioError['too-many-share-links'](`A publication has ${SHARE_LINKS_MAX} at most; revoke one that is not needed`);
}

export function requireFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt === null || expiresAt > now) return;
  throw studioError['share-link-expiry']('/expiresAt: Choose a time to come', {
    errors: [{ pointer: '/expiresAt', detail: 'This time is over' }],
  });
}
