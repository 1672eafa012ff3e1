import type { ChangePublicationBody } from '@stead/contracts/studio';
import { hashPassword } from '@stead/platform/passwords';
import { requireOpenable, type Access } from '../domain/publication';

type Asked = Partial<Pick<ChangePublicationBody, 'visibility' | 'password' | 'embedSites' | 'preview' | 'photos'>>;

/** Photos show more of people than points do: they are shown when somebody has said so. */
export const OPEN_ACCESS: Access = { visibility: 'link', passwordHash: null, embedSites: null, preview: null, photos: false };

/** A password as it is kept; undefined where nothing was said of it. Not in a transaction: it takes a while. */
export async function hashOf(password: string | null | undefined): Promise<string | null | undefined> {
  return typeof password === 'string' ? hashPassword(password) : password;
}

/** The access as it is with what is asked for. Throws where nobody could get in that way. */
export function accessOf(access: Access, asked: Asked, passwordHash: string | null | undefined): Access {
  const next: Access = {
    visibility: asked.visibility ?? access.visibility,
    passwordHash: passwordHash === undefined ? access.passwordHash : passwordHash,
    embedSites: asked.embedSites === undefined ? access.embedSites : lowerCased(asked.embedSites),
    preview: asked.preview === undefined ? access.preview : asked.preview,
    photos: asked.photos ?? access.photos,
  };
  requireOpenable(next);
  return next;
}

function lowerCased(sites: readonly string[] | null): string[] | null {
  return sites === null ? null : [...new Set(sites.map((site) => site.toLowerCase()))];
}
