import { S3Error } from '../errors';
import type { ObjectMeta } from '../storage/object-meta';
import { matches, parseEtags, type WritePreconditions } from '../storage/preconditions';

/** The order of RFC 9110 §13.2.2. Times have whole seconds, since HTTP's have. */
export function readCondition(meta: ObjectMeta, header: (name: string) => string | undefined): 'met' | 'not-modified' | 'failed' {
  const modifiedS = Math.floor(meta.modifiedAtMs / 1000);
  const ifMatch = header('if-match');
  const unmodifiedSinceS = seconds(header('if-unmodified-since'));
  if (ifMatch !== undefined) {
    if (!matches(parseEtags(ifMatch), meta.etag)) return 'failed';
  } else if (unmodifiedSinceS !== null && modifiedS > unmodifiedSinceS) return 'failed';
  const ifNoneMatch = header('if-none-match');
  const modifiedSinceS = seconds(header('if-modified-since'));
  if (ifNoneMatch !== undefined) return matches(parseEtags(ifNoneMatch), meta.etag) ? 'not-modified' : 'met';
  return modifiedSinceS !== null && modifiedS <= modifiedSinceS ? 'not-modified' : 'met';
}

export function writePreconditions(header: (name: string) => string | undefined): WritePreconditions {
  const ifMatch = header('if-match');
  const ifNoneMatch = header('if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*') {
    throw new S3Error('NotImplemented', undefined, {
      Header: 'If-None-Match',
      additionalMessage: 'Only * is supported on writes',
    });
  }
  return {
    ...(ifNoneMatch === undefined ? {} : { mustBeAbsent: true }),
    ...(ifMatch === undefined ? {} : { etags: parseEtags(ifMatch) }),
  };
}

function seconds(date: string | undefined): number | null {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}
