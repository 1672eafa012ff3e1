import { z } from 'zod';
import { S3Error, toS3Error } from '../errors';
import { parseEtags, type WritePreconditions } from '../storage/preconditions';
import type { Exchange } from '../http/exchange';
import { assertKey } from '../http/s3-request';
import { parseXml, type XmlContent } from '../http/xml';

const DOCUMENT_BYTES_MAX = 2 * 1024 * 1024;
const KEYS_MAX = 1_000;
const AT_ONCE = 16;

const documentSchema = z.object({
  Delete: z.object({
    Quiet: z.string().optional(),
    Object: z
      .array(z.object({ Key: z.string().min(1), ETag: z.string().optional(), VersionId: z.string().optional() }))
      .min(1)
      .max(KEYS_MAX),
  }),
});

export async function deleteObject(exchange: Exchange): Promise<void> {
  const { request, store } = exchange;
  const { objects } = store.bucket(request.bucket);
  const ifMatch = exchange.header('if-match');
  const folder = await objects.remove(request.key, ifMatch === undefined ? {} : { etags: parseEtags(ifMatch) });
  await objects.settleRemovals([folder]);
  exchange.answer(204);
}

export async function deleteObjects(exchange: Exchange): Promise<void> {
  const { objects } = exchange.store.bucket(exchange.request.bucket);
  const { text, received } = await exchange.receiveText(DOCUMENT_BYTES_MAX);
  if (exchange.header('content-md5') === undefined && received.checksum === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 or a checksum');
  }
  const parsed = documentSchema.safeParse(parseXml(text, ['Object']));
  if (!parsed.success) throw new S3Error('MalformedXML');
  const wanted = parsed.data.Delete.Object;
  const isQuiet = parsed.data.Delete.Quiet?.trim() === 'true';
  const folders: string[] = [];
  const outcomes: { Deleted?: XmlContent; Error?: XmlContent }[] = [];
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const batch = wanted.slice(start, start + AT_ONCE).map(async ({ Key, ETag, VersionId }) => {
      try {
        assertKey(Key);
        if (VersionId !== undefined && VersionId !== 'null') throw new S3Error('NotImplemented', 'There are no versions here.');
        const preconditions: WritePreconditions = ETag === undefined ? {} : { etags: parseEtags(ETag) };
        folders.push(await objects.remove(Key, preconditions));
        return isQuiet ? {} : { Deleted: { Key } };
      } catch (error) {
        const known = toS3Error(error);
        return { Error: { Key, Code: known.code, Message: known.message } };
      }
    });
    outcomes.push(...(await Promise.all(batch)));
  }
  await objects.settleRemovals(folders);
  exchange.answerXml('DeleteResult', outcomes);
}
