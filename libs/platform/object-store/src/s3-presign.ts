import { GetObjectCommand, PutObjectCommand, UploadPartCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { PresignedUpload, PresignGetOptions, PresignPartOptions, PresignPutOptions } from './object-store';

/** SigV4 allows no more. */
const EXPIRES_S_MAX = 7 * 24 * 3600;
export class S3Presigner {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  get(key: string, { expiresS, downloadName }: PresignGetOptions): Promise<string> {
    const disposition = downloadName === undefined ? undefined : attachment(downloadName);
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, ResponseContentDisposition: disposition });
    return getSignedUrl(this.client, command, { expiresIn: bounded(expiresS) });
  }

  async put(key: string, options: PresignPutOptions): Promise<PresignedUpload> {
    const checksum = options.sha256 === undefined ? undefined : Buffer.from(options.sha256, 'hex').toString('base64');
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      ContentType: options.mediaType,
      ContentLength: options.bytes,
      ChecksumSHA256: checksum,
      IfNoneMatch: options.ifNoneMatch,
      IfMatch: options.ifMatch,
    });
    // Left to itself the presigner leaves out the media type; without one it must, since the SDK then makes one up.
    const signableHeaders = new Set(options.mediaType === undefined ? [] : ['content-type']);
    const url = await getSignedUrl(this.client, command, { expiresIn: bounded(options.expiresS), signableHeaders });
    return {
      url,
      headers: {
        ...(options.mediaType === undefined ? {} : { 'content-type': options.mediaType }),
        ...(options.ifNoneMatch === undefined ? {} : { 'if-none-match': options.ifNoneMatch }),
        ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }),
      },
    };
  }

  async part(
    key: string,
    uploadId: string,
    partNumber: number,
    { expiresS, bytes }: PresignPartOptions,
  ): Promise<PresignedUpload> {
    const command = new UploadPartCommand({
      Bucket: this.bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: partNumber,
      ContentLength: bytes,
    });
    return { url: await getSignedUrl(this.client, command, { expiresIn: bounded(expiresS) }), headers: {} };
  }
}

function bounded(expiresS: number): number {
  if (!Number.isInteger(expiresS) || expiresS < 1 || expiresS > EXPIRES_S_MAX) {
    throw new RangeError(`expiresS must be a whole number from 1 to ${EXPIRES_S_MAX}, not ${expiresS}`);
  }
  return expiresS;
}

/** RFC 6266: a plain name for old clients, the real one percent-encoded for the others. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name.replace(/\p{Surrogate}/gu, '_')).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
