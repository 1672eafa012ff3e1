export type RangeVerdict = { kind: 'whole' } | { kind: 'part'; start: number; end: number } | { kind: 'unsatisfiable' };

const WHOLE: RangeVerdict = { kind: 'whole' };

/**
 * What a Range header asks of a file (RFC 9110 §14). Anything that is not one range of bytes is answered with the whole file,
 * as the RFC allows: several ranges in one answer serve no client of ours.
 */
export function rangeOf(header: string | undefined, ifRange: string | undefined, bytes: number, etag: string): RangeVerdict {
  if (header === undefined || (ifRange !== undefined && ifRange !== etag)) return WHOLE;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return WHOLE;
  if (first === '') {
    const suffix = Number(last);
    return suffix === 0 || bytes === 0 ? { kind: 'unsatisfiable' } : part(Math.max(0, bytes - suffix), bytes - 1);
  }
  const start = Number(first);
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < start) return WHOLE; // not a range at all: the field is ignored
  return start >= bytes ? { kind: 'unsatisfiable' } : part(start, end);
}

/** Whether the caller has the file already (RFC 9110 §13.1.2: weak comparison, `*` is any). */
export function hasAlready(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => bare(tag) === bare(etag));
}

/** Whether gzip is welcome (RFC 9110 §12.5.3); a quality of 0 forbids it. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  for (const item of (acceptEncoding ?? '').split(',')) {
    const [coding = '', ...parameters] = item.toLowerCase().split(';');
    if (coding.trim() === 'gzip') return !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter));
  }
  return false;
}

function part(start: number, end: number): RangeVerdict {
  return { kind: 'part', start, end };
}
