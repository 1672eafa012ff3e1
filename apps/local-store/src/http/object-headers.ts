import { isChecksumAlgorithm, checksumHeader } from '../body/checksums';
import { S3Error } from '../errors';
import type { ObjectMeta } from '../storage/object-meta';

const USER_META_PREFIX = 'x-amz-meta-';
const USER_META_BYTES_MAX = 2048;
const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'] as const;
const DEFAULT_MEDIA_TYPE = 'binary/octet-stream';

/** Asking for these and not getting them would be worse than an error. */
const REFUSED = /^x-amz-(tagging|grant-|server-side-encryption|object-lock-|website-redirect-location|write-offset-bytes)/;

/** What of a request's headers is kept with the object. */
export function headersToKeep(headers: ReadonlyMap<string, string>): Pick<ObjectMeta, 'headers' | 'userMeta'> {
  assertSupported(headers);
  const kept: Record<string, string> = {};
  const userMeta: Record<string, string> = {};
  let userMetaBytes = 0;
  for (const [name, value] of headers) {
    if (name.startsWith(USER_META_PREFIX)) {
      const short = name.slice(USER_META_PREFIX.length);
      userMeta[short] = value;
      userMetaBytes += short.length + value.length;
    }
  }
  if (userMetaBytes > USER_META_BYTES_MAX) {
    throw new S3Error('MetadataTooLarge', undefined, {
      Size: String(userMetaBytes),
      MaxSizeAllowed: String(USER_META_BYTES_MAX),
    });
  }
  for (const name of KEPT) {
    const value = name === 'content-encoding' ? contentEncoding(headers.get(name)) : headers.get(name);
    if (value !== undefined && value !== '') kept[name] = value;
  }
  kept['content-type'] ??= DEFAULT_MEDIA_TYPE;
  return { headers: kept, userMeta };
}

/** What a GET or HEAD says about an object, less what depends on the range. */
export function headersOfObject(meta: ObjectMeta): Record<string, string> {
  const headers: Record<string, string> = {
    ...meta.headers,
    etag: `"${meta.etag}"`,
    'last-modified': new Date(meta.modifiedAtMs).toUTCString(),
    'accept-ranges': 'bytes',
  };
  for (const [name, value] of Object.entries(meta.userMeta)) headers[USER_META_PREFIX + name] = value;
  return headers;
}

export function checksumHeaders(meta: ObjectMeta): Record<string, string> {
  const { checksum } = meta;
  if (!checksum || !isChecksumAlgorithm(checksum.algorithm)) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** `response-content-type=…` and the like: the one who signed the URL decides how the object is presented. */
export function overrides(query: ReadonlyMap<string, string>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of KEPT) {
    const value = query.get(`response-${name}`);
    if (value === undefined) continue;
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new S3Error('InvalidArgument', `response-${name} holds a character that no header can.`);
    headers[name] = value;
  }
  return headers;
}

function assertSupported(headers: ReadonlyMap<string, string>): void {
  for (const name of headers.keys()) if (REFUSED.test(name)) throw new S3Error('NotImplemented', undefined, { Header: name });
  const acl = headers.get('x-amz-acl');
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control')
    throw new S3Error('NotImplemented', undefined, { Header: 'x-amz-acl' });
  const storageClass = headers.get('x-amz-storage-class');
  if (storageClass !== undefined && storageClass !== 'STANDARD')
    throw new S3Error('NotImplemented', undefined, { Header: 'x-amz-storage-class' });
}

/** `aws-chunked` is how the body travelled, not what the object is. */
function contentEncoding(value: string | undefined): string | undefined {
  return value
    ?.split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding.toLowerCase() !== 'aws-chunked')
    .join(',');
}
