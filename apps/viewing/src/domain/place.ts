import { PHOTOS } from './bundle';
import type { PreviewVolume, StoredContents, Visibility } from '@stead/contracts/studio';

/** A publication that is published, in the revision that is in force. */
export interface Published {
  id: string;
  workspaceId: string;
  title: string;
  visibility: Visibility;
  /** argon2id, as a PHC string; asked for where the visibility says so. */
  passwordHash: string | null;
  /** Origins that may show it in a frame; null: any. */
  embedSites: readonly string[] | null;
  preview: PreviewVolume | null;
  /** Whether visitors may look at the photos of the bundle. */
  photos: boolean;
  versionId: string;
  bundlePrefix: string;
  manifestSha256: string;
  /** The scene that is shown over the version. */
  contents: StoredContents | null;
}

/** Another way in, with conditions of its own instead of those of the publication. */
export interface ShareLink {
  id: string;
  workspaceId: string;
  publicationId: string;
  passwordHash: string | null;
  expiresAt: Date | null;
  viewsMax: number | null;
  download: boolean;
}

/** What an address leads to, and by which way. */
export interface Place {
  published: Published;
  link: ShareLink | null;
}

/** `preview`: of a place with a price, the part that is shown without one. */
export type ViewMode = 'full' | 'preview';

export interface Visitor {
  signedIn: boolean;
  /** Of the workspace whose place it is. */
  member: boolean;
  /** Has given the password that is asked for. */
  knowsPassword: boolean;
  entitled: boolean;
}

export type Refusal =
  'not-found' | 'password-required' | 'sign-in-required' | 'members-only' | 'payment-required' | 'link-expired';
export type Entry = { kind: 'enter'; mode: ViewMode } | { kind: 'refuse'; why: Refusal };

const FULL: Entry = { kind: 'enter', mode: 'full' };
const refuse = (why: Refusal): Entry => ({ kind: 'refuse', why });

/** The password that opens the place, as it is kept; null where none is asked for. */
export function passwordOf({ published, link }: Place): string | null {
  if (link !== null) return link.passwordHash;
  return published.visibility === 'password' ? published.passwordHash : null;
}

/** Only by a share link that says so, and not in part. */
export function mayDownload({ link }: Place, mode: ViewMode): boolean {
  return link?.download === true && mode === 'full';
}

/** What a visitor of the whole place may not have, although it is in the bundle. */
export function isWithheld({ photos }: Published, path: string): boolean {
  return !photos && path.startsWith(PHOTOS);
}

/** Whether somebody gets in. What is private is answered as what does not exist. */
export function entryOf(place: Place, visitor: Visitor, now: Date): Entry {
  const { published, link } = place;
  if (link !== null) {
    if (link.expiresAt !== null && link.expiresAt <= now) return refuse('link-expired');
    return link.passwordHash !== null && !visitor.knowsPassword ? refuse('password-required') : FULL;
  }
  switch (published.visibility) {
    case 'public':
    case 'link':
      return FULL;
    case 'password':
      return visitor.knowsPassword ? FULL : refuse('password-required');
    case 'private':
      return visitor.member ? FULL : refuse('not-found');
    case 'members':
      return visitor.member ? FULL : refuse(visitor.signedIn ? 'members-only' : 'sign-in-required');
    case 'paid':
      if (visitor.member || visitor.entitled) return FULL;
      return published.preview === null ? refuse('payment-required') : { kind: 'enter', mode: 'preview' };
  }
}
