import { S3Error } from '../errors';
import type { Exchange } from '../http/exchange';
import { fromByteString, toByteString, type ByteString } from '../storage/key-paths';
import type { ObjectMeta } from '../storage/object-meta';
import { DamagedRecord, readRecordMeta } from '../storage/record-file';

const KEYS_MAX = 1_000;
const READS_AT_ONCE = 16;

interface Found {
  objects: { key: ByteString; path: string }[];
  prefixes: ByteString[];
  /** Where the next page goes on; absent on the last one. */
  token?: string;
}

/** ListObjectsV2. */
export async function listObjects(exchange: Exchange): Promise<void> {
  const { query, bucket } = exchange.request;
  if (query.get('list-type') !== '2') throw new S3Error('NotImplemented', 'Only ListObjectsV2 (list-type=2) is supported.');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after') ?? '';
  const token = query.get('continuation-token');
  const keysMax = exchange.numberParameter('max-keys', KEYS_MAX, 0, KEYS_MAX);
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request');
  const found = await find(exchange, toByteString(prefix), toByteString(delimiter), startOf(token, startAfter), keysMax);
  const text = (value: string): string => (encoding === 'url' ? encodeURIComponent(value).replaceAll('%2F', '/') : value);
  const contents = await describe(found.objects, text);
  exchange.answerXml('ListBucketResult', {
    Name: bucket,
    Prefix: text(prefix),
    Delimiter: delimiter === '' ? undefined : text(delimiter),
    StartAfter: startAfter === '' ? undefined : text(startAfter),
    EncodingType: encoding,
    MaxKeys: keysMax,
    KeyCount: contents.length + found.prefixes.length,
    IsTruncated: found.token !== undefined,
    ContinuationToken: token,
    NextContinuationToken: found.token,
    Contents: contents,
    CommonPrefixes: found.prefixes.map((common) => ({ Prefix: text(fromByteString(common)) })),
  });
}

async function find(
  exchange: Exchange,
  prefix: ByteString,
  delimiter: ByteString,
  start: Position,
  keysMax: number,
): Promise<Found> {
  const walker = exchange.store.bucket(exchange.request.bucket).objects.walk(prefix, start.after);
  if (start.isPrefix) walker.skip(start.after);
  const found: Found = { objects: [], prefixes: [] };
  if (keysMax === 0) return found;
  let last: Position = start;
  for (let object = await walker.next(); object !== null; object = await walker.next()) {
    if (found.objects.length + found.prefixes.length === keysMax) return { ...found, token: tokenOf(last) };
    const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      found.objects.push(object);
      last = { after: object.key, isPrefix: false };
    } else {
      const common = object.key.slice(0, cut + delimiter.length);
      found.prefixes.push(common);
      walker.skip(common);
      last = { after: common, isPrefix: true };
    }
  }
  return found;
}

/** Behind a key, or behind all keys that start with a prefix. */
interface Position {
  after: ByteString;
  isPrefix: boolean;
}

function tokenOf({ after, isPrefix }: Position): string {
  return Buffer.from((isPrefix ? 'p' : 'k') + after, 'latin1').toString('base64url');
}

function startOf(token: string | undefined, startAfter: string): Position {
  if (token === undefined) return { after: toByteString(startAfter), isPrefix: false };
  const text = Buffer.from(token, 'base64url').toString('latin1');
  if (!/^[kp]/.test(text))
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', { ArgumentName: 'continuation-token' });
  return { after: text.slice(1), isPrefix: text.startsWith('p') };
}

async function describe(objects: Found['objects'], text: (value: string) => string) {
  const described = [];
  for (let start = 0; start < objects.length; start += READS_AT_ONCE) {
    const batch = objects.slice(start, start + READS_AT_ONCE);
    const metas = await Promise.all(batch.map(({ path }) => readListed(path)));
    for (const [index, { key }] of batch.entries()) {
      const meta = metas[index];
      // Deleted since the folder was read: as if the listing had come a moment later.
      if (!meta) continue;
      described.push({
        Key: text(fromByteString(key)),
        LastModified: new Date(meta.modifiedAtMs).toISOString(),
        ETag: `"${meta.etag}"`,
        Size: meta.bytes,
        StorageClass: 'STANDARD',
      });
    }
  }
  return described;
}

/** One damaged object must not hide all the others; reading it says what is wrong. */
async function readListed(path: string): Promise<ObjectMeta | null> {
  try {
    return await readRecordMeta(path);
  } catch (error) {
    if (error instanceof DamagedRecord) return null;
    throw error;
  }
}
