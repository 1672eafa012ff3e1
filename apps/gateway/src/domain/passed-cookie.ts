import { REFRESH_COOKIE } from '@stead/contracts/workspaces';

/**
 * The one cookie that is passed on, and only to where it is exchanged or ended: the refresh token of a browser. It tells nobody who
 * calls; nothing else is done because of a cookie.
 */
export function passedCookie(url: string, header: string | undefined): string | null {
  const path = url.split('?')[0] ?? '';
  if (header === undefined || !(path === REFRESH_COOKIE.path || path.startsWith(`${REFRESH_COOKIE.path}/`))) return null;
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${REFRESH_COOKIE.name}=`));
  return found ?? null;
}
