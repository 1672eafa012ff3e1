import { S3Error } from '../errors';
import type { ObjectMeta } from './object-meta';

/** What must hold for a write to happen; checked while nobody else can write the key. */
export interface WritePreconditions {
  /** Nothing may be there. */
  mustBeAbsent?: boolean;
  /** One of these etags must be there; `*` is any. */
  etags?: readonly string[];
}

export function assertWritable(current: ObjectMeta | null, preconditions: WritePreconditions): void {
  if (preconditions.mustBeAbsent && current !== null) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-None-Match' });
  }
  if (preconditions.etags === undefined) return;
  if (current === null) throw new S3Error('NoSuchKey');
  if (!matches(preconditions.etags, current.etag)) throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' });
}

export function matches(etags: readonly string[], etag: string): boolean {
  return etags.some((candidate) => candidate === '*' || candidate === etag);
}

/** The etags of an If-Match or If-None-Match header, without quotes and weakness. */
export function parseEtags(header: string): string[] {
  return header
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^W\//, '')
        .replace(/^"(.*)"$/, '$1'),
    )
    .filter((part) => part !== '');
}
