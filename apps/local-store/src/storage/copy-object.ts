import type { Bucket } from './folder-store';
import type { ObjectMeta } from './object-meta';
import type { OpenObject } from './open-object';
import type { WritePreconditions } from './preconditions';
import type { RecordWriter } from './record-file';

export interface CopyTarget {
  bucket: Bucket;
  key: string;
  record: RecordWriter;
  preconditions: WritePreconditions;
}

/**
 * Gives an open object a second key. Bytes that were uploaded in parts are linked, not copied, so that moving a capture of
 * many gigabytes takes no time and no room; the etag stays, since it is made of the parts.
 */
export async function copyObject(
  source: OpenObject,
  sourceBucket: Bucket,
  target: CopyTarget,
  changes: Partial<ObjectMeta>,
): Promise<ObjectMeta> {
  const { bucket, key, record, preconditions } = target;
  const { multipart } = source.meta;
  const isLinkable = multipart !== undefined && sourceBucket === bucket;
  if (!isLinkable) {
    for await (const chunk of source.read(0, source.meta.bytes - 1)) await record.write(chunk);
    const meta = { ...source.meta, multipart: undefined, ...changes };
    await record.finish(meta);
    await bucket.objects.publish(key, record, preconditions);
    return meta;
  }
  const upload = { key, startedAtMs: changes.modifiedAtMs ?? source.meta.modifiedAtMs, headers: {}, userMeta: {} };
  const uploadId = await bucket.parts.clone(
    multipart.uploadId,
    JSON.stringify(upload),
    multipart.parts.map((part) => part.file),
  );
  try {
    const meta = { ...source.meta, ...changes, multipart: { ...multipart, uploadId } };
    await record.finish(meta);
    await bucket.objects.publish(key, record, preconditions);
    return meta;
  } catch (error) {
    await bucket.parts.discard(uploadId);
    throw error;
  }
}
