/** `/t/<token>/<path of a file in the bundle>` */
export interface FileAddress {
  token: string;
  path: string;
}

const PATH_CHARS_MAX = 500;
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/**
 * Takes the address apart as it came over the wire, before anything has decoded it. The pipeline names its files with letters,
 * digits, dots, dashes and underscores: whatever needs an escape, an empty segment or a leading dot is no file of ours, and so
 * there is nothing to normalise and nothing to get wrong about `..`, `%2f` or `%252e`.
 */
export function fileAddressOf(rawUrl: string): FileAddress | null {
  const [address = ''] = rawUrl.split('?', 1);
  const [empty, t, token = '', ...segments] = address.split('/');
  if (empty !== '' || t !== 't' || segments.length === 0) return null;
  const path = segments.join('/');
  if (path.length > PATH_CHARS_MAX || !segments.every((segment) => SEGMENT.test(segment))) return null;
  return { token, path };
}
