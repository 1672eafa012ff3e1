import type { ShareLink } from './queries';

export interface LinkDraft {
  name: string;
  /** Empty: none for a new link, as it is for one that is there. */
  password: string;
  takePassword: boolean;
  /** As `datetime-local` has it: no zone, no seconds. Empty: never. */
  ends: string;
  viewsMax: number | string;
  download: boolean;
}

interface LinkChange {
  name?: string;
  password?: string | null;
  expiresAt?: string | null;
  viewsMax?: number | null;
  download?: boolean;
}

export const NEW_LINK: LinkDraft = {
  ...{ name: '', password: '', takePassword: false, ends: '', viewsMax: '', download: false },
};

export function linkDraftOf({ name, expiresAt, viewsMax, download }: ShareLink): LinkDraft {
  return { ...NEW_LINK, name, ends: expiresAt === null ? '' : localOf(expiresAt), viewsMax: viewsMax ?? '', download };
}

/** Only what differs from what was there; a new link differs from an empty one. */
export function linkChangeOf(before: LinkDraft, draft: LinkDraft): LinkChange {
  const { name, ends, viewsMax, download } = draft;
  return {
    ...(name === before.name ? {} : { name }),
    ...(draft.takePassword ? { password: null } : draft.password === '' ? {} : { password: draft.password }),
    // A moment that was not touched keeps its seconds.
    ...(ends === before.ends ? {} : { expiresAt: ends === '' ? null : new Date(ends).toISOString() }),
    ...(viewsMax === before.viewsMax ? {} : { viewsMax: viewsMax === '' ? null : Number(viewsMax) }),
    ...(download === before.download ? {} : { download }),
  };
}

function localOf(iso: string): string {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
