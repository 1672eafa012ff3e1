import { createHash, createHmac } from 'node:crypto';
import type { PresignedUpload, PresignGetOptions, PresignPartOptions, PresignPutOptions } from './object-store';
import type { ObjectStoreConfig } from './object-store-config';

/** SigV4 allows no more. */
const EXPIRES_S_MAX = 7 * 24 * 3600;
const ALGORITHM = 'AWS4-HMAC-SHA256';

interface ToSign {
  method: 'GET' | 'PUT';
  operation: string;
  key: string;
  query: Record<string, string>;
  /** The uploader has to send exactly these. Lower-case names. */
  headers: Record<string, string>;
  expiresS: number;
  signedAtMs: number;
}

/**
 * Makes URLs that carry their own authority (AWS Signature Version 4 in the query), for the address that others reach.
 * The SDK's presigner gives the same URLs, which the tests check; it takes half a millisecond for each, and a viewer's
 * manifest needs thousands.
 * <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>
 */
export class S3Presigner {
  private readonly base: { origin: string; host: string; path: string };
  private signingKey: { date: string; key: Buffer } | undefined;

  constructor(
    private readonly config: ObjectStoreConfig,
    private readonly now: () => number,
  ) {
    this.base = addressOf(config);
  }

  get(key: string, { expiresS, downloadName, stableForS = 0 }: PresignGetOptions): string {
    const query: Record<string, string> =
      downloadName === undefined ? {} : { 'response-content-disposition': attachment(downloadName) };
    const nowMs = this.now();
    const signedAtMs = stableForS > 0 ? nowMs - (nowMs % (stableForS * 1000)) : nowMs;
    return this.sign({
      method: 'GET',
      operation: 'GetObject',
      key,
      query,
      headers: {},
      expiresS: expiresS + stableForS,
      signedAtMs,
    });
  }

  put(key: string, options: PresignPutOptions): PresignedUpload {
    const query: Record<string, string> =
      options.sha256 === undefined ? {} : { 'x-amz-checksum-sha256': Buffer.from(options.sha256, 'hex').toString('base64') };
    const headers = {
      ...(options.mediaType === undefined ? {} : { 'content-type': options.mediaType }),
      ...(options.ifNoneMatch === undefined ? {} : { 'if-none-match': options.ifNoneMatch }),
      ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }),
    };
    const url = this.sign({
      method: 'PUT',
      operation: 'PutObject',
      key,
      query,
      headers: { ...headers, ...contentLength(options.bytes) },
      expiresS: options.expiresS,
      signedAtMs: this.now(),
    });
    return { url, headers };
  }

  part(key: string, uploadId: string, partNumber: number, { expiresS, bytes }: PresignPartOptions): PresignedUpload {
    const query = { partNumber: String(partNumber), uploadId };
    const headers = contentLength(bytes);
    const url = this.sign({ method: 'PUT', operation: 'UploadPart', key, query, headers, expiresS, signedAtMs: this.now() });
    return { url, headers: {} };
  }

  private sign({ method, operation, key, query, headers, expiresS, signedAtMs }: ToSign): string {
    const { accessKeyId, region } = this.config;
    const amzDate = new Date(signedAtMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = `${amzDate.slice(0, 8)}/${region}/s3/aws4_request`;
    const signed: Record<string, string> = { ...headers, host: this.base.host };
    const names = Object.keys(signed).sort();
    const parameters = Object.entries({
      ...query,
      'X-Amz-Algorithm': ALGORITHM,
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      'X-Amz-Credential': `${accessKeyId}/${scope}`,
      'X-Amz-Date': amzDate,
      'X-Amz-Expires': String(bounded(expiresS)),
      'X-Amz-SignedHeaders': names.join(';'),
      'x-id': operation,
    });
    const canonicalQuery = parameters
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&');
    const path = `${this.base.path}/${key.split('/').map(encode).join('/')}`;
    const canonicalHeaders = names.map((name) => `${name}:${signed[name]?.trim().replace(/\s+/g, ' ') ?? ''}\n`).join('');
    const canonical = [method, path, canonicalQuery, canonicalHeaders, names.join(';'), 'UNSIGNED-PAYLOAD'].join('\n');
    const digest = createHash('sha256').update(canonical).digest('hex');
    const signature = hmac(this.keyOf(scope), [ALGORITHM, amzDate, scope, digest].join('\n')).toString('hex');
    return `${this.base.origin}${path}?${canonicalQuery}&X-Amz-Signature=${signature}`;
  }

  /** It changes once a day; making it is most of the work of a signature. */
  private keyOf(scope: string): Buffer {
    const date = scope.slice(0, 8);
    if (this.signingKey?.date !== date) {
      const secret = Buffer.from(`AWS4${this.config.secretAccessKey}`, 'utf8');
      this.signingKey = { date, key: scope.split('/').reduce(hmac, secret) };
    }
    return this.signingKey.key;
  }
}

function addressOf(config: ObjectStoreConfig): { origin: string; host: string; path: string } {
  const endpoint = new URL(config.publicEndpoint ?? config.endpoint);
  const prefix = endpoint.pathname.replace(/\/+$/, '');
  if (config.forcePathStyle) return { origin: endpoint.origin, host: endpoint.host, path: `${prefix}/${config.bucket}` };
  const host = `${config.bucket}.${endpoint.host}`;
  return { origin: `${endpoint.protocol}//${host}`, host, path: prefix };
}

/** Signed, so that no other number of bytes is taken; every HTTP client sends it by itself. */
function contentLength(bytes: number | undefined): Record<string, string> {
  return bytes === undefined ? {} : { 'content-length': String(bytes) };
}

function bounded(expiresS: number): number {
  if (!Number.isInteger(expiresS) || expiresS < 1 || expiresS > EXPIRES_S_MAX) {
    throw new RangeError(`A presigned URL lasts a whole number of seconds from 1 to ${EXPIRES_S_MAX}, not ${expiresS}`);
  }
  return expiresS;
}

/** RFC 6266: a plain name for old clients, the real one percent-encoded for the others. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encode(name.replace(/\p{Surrogate}/gu, '_'))}`;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
