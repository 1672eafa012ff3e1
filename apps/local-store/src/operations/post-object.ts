import type { IncomingMessage, ServerResponse } from 'node:http';
import { BODY_BYTES_MAX, digestExpectations, tooLarge } from '../body/body-expectations';
import { formBoundary, readForm } from '../body/form-data';
import { receiveBody } from '../body/receive-body';
import { S3Error } from '../errors';
import { bodyOf } from '../http/exchange';
import type { Service } from '../http/handle';
import { headersToKeep } from '../http/object-headers';
import { assertKey, type S3Request } from '../http/s3-request';
import { xmlDocument } from '../http/xml';
import { verifyPost } from '../signature/post-policy';
import { metaOf } from './put-object';

export function isFormPost(request: S3Request): boolean {
  return request.method === 'POST' && request.key === '' && formBoundary(request.headers.get('content-type')) !== null;
}

/** An upload by an HTML form: what authorises it is the signed policy among its fields, not the request's signature. */
export async function postObject(
  service: Service,
  request: S3Request,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { objects } = service.store.bucket(request.bucket);
  const { fields, file } = await readForm(bodyOf(message), formBoundary(request.headers.get('content-type')) ?? '');
  const policy = verifyPost(fields, request.bucket, service.authority);
  const key = (fields.get('key') ?? '').replaceAll('${filename}', file.name);
  if (key === '') throw new S3Error('InvalidArgument', "Bucket POST must contain a field named 'key'.", { ArgumentName: 'key' });
  assertKey(key);
  const kept = headersToKeep(
    new Map([...(file.mediaType === undefined ? [] : [['content-type', file.mediaType] as const]), ...fields]),
  );
  const max = Math.min(policy.bytes?.max ?? BODY_BYTES_MAX, BODY_BYTES_MAX);
  const record = await service.store.newRecord();
  try {
    let bytes = 0;
    // The policy was checked by its own signature, so the body has none.
    const unsigned = {
      payload: { kind: 'unsigned' as const },
      seed: { key: Buffer.alloc(0), amzDate: '', scope: '', signature: '' },
    };
    const received = await receiveBody(file.content, digestExpectations(fields, unsigned.payload), unsigned, async (chunk) => {
      bytes += chunk.length;
      if (bytes > max) throw tooLarge(bytes, max);
      await record.write(chunk);
    });
    if (bytes < (policy.bytes?.min ?? 0))
      throw new S3Error('EntityTooSmall', undefined, { ProposedSize: String(bytes), MinSizeAllowed: String(policy.bytes?.min) });
    const meta = metaOf(received, kept, service.now());
    await record.finish(meta);
    await objects.publish(key, record, {});
    answer(request, fields, key, meta.etag, response);
  } catch (error) {
    await record.discard();
    throw error;
  }
}

function answer(
  request: S3Request,
  fields: ReadonlyMap<string, string>,
  key: string,
  etag: string,
  response: ServerResponse,
): void {
  const location = `http://${request.headers.get('host') ?? ''}/${request.bucket}/${encodeURIComponent(key)}`;
  const headers = { etag: `"${etag}"`, location };
  const redirect = redirectTarget(fields.get('success_action_redirect'), { bucket: request.bucket, key, etag: `"${etag}"` });
  if (redirect !== null) return void response.writeHead(303, { ...headers, location: redirect, 'content-length': 0 }).end();
  const status = fields.get('success_action_status');
  if (status === '201') {
    const body = xmlDocument('PostResponse', { Location: location, Bucket: request.bucket, Key: key, ETag: `"${etag}"` }, null);
    return void response
      .writeHead(201, { ...headers, 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) })
      .end(body);
  }
  if (status === '200') return void response.writeHead(200, { ...headers, 'content-length': 0 }).end();
  response.writeHead(204, headers).end();
}

/** A target that is no address is ignored, as S3 does. */
function redirectTarget(text: string | undefined, parameters: Record<string, string>): string | null {
  if (text === undefined || !URL.canParse(text)) return null;
  const target = new URL(text);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return null;
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
  return target.href;
}
