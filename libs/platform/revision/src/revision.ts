import { platformError } from '@stead/platform/errors';

/** The strong entity tag of a row at a revision. */
export function etagOf(revision: number): string {
  return `"r${revision}"`;
}

/** Throws when none of the tags that `If-Match` lists is the current one. A missing header or `*` matches (RFC 9110 §13.1.1). */
export function requireMatch(ifMatch: string | null, revision: number): void {
  if (ifMatch === null || ifMatch === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^"(.*)"$/, '$1'));
  if (!tags.includes(`r${revision}`))
    throw platformError['etag-mismatch'](`The resource is at ${etagOf(revision)}; read it again and repeat the change`);
}
