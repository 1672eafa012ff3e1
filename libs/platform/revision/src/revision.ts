import { platformError } from '@stead/platform/errors';

/** The strong entity tag of a row at a revision. */
export function etagOf(revision: number): string {
  return `"r${revision}"`;
}

/** The revision that `If-Match` names; throws when it is not the current one. A missing header or `*` matches. */
export function requireMatch(ifMatch: string | null, revision: number): void {
  if (ifMatch === null || ifMatch === '*') return;
  if (ifMatch !== `r${revision}`)
    throw platformError['etag-mismatch'](`The resource is at ${etagOf(revision)}; read it again and repeat the change`);
}
