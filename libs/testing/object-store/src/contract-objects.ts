import { createHash, randomBytes } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { errorCode, signedFetch } from './signed-fetch';
import type { ContractRun } from './target';

/** Keys that break stores which take a key for a path. */
const AWKWARD_KEYS = [
  'plain.txt',
  'with space and + and %2F and %00',
  '한국/사진 1.jpg',
  '😀/🗺️',
  'UPPER/lower/Upper',
  'ends-with-slash/',
  'double//slash',
  'quotes\'"&<>;=?#[]{}|\\^`~!$()*,:@',
  '.hidden',
  '~tilde~',
  'x'.repeat(900),
];

export function objectContract(current: () => ContractRun): void {
  const at = (key: string) => ({ Bucket: current().target.bucket, Key: key });

  it('answers for its bucket', async () => {
    const { client, target } = current();
    expect((await client.send(new HeadBucketCommand({ Bucket: target.bucket }))).$metadata.httpStatusCode).toBe(200);
    const missing = client.send(new HeadBucketCommand({ Bucket: `${target.bucket}-not-there` }));
    await expect(missing).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  it('gives back the bytes, the headers and the metadata that were stored, under the MD5 as etag', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}a.bin`;
    const body = randomBytes(70_000);
    const headers = {
      ContentType: 'image/x-thing',
      CacheControl: 'max-age=60',
      ContentDisposition: 'inline; filename="a.bin"',
      ContentEncoding: 'x-plain',
      ContentLanguage: 'ko',
      Metadata: { scan: '42', 'two-words': 'a b' },
    };
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    expect((await client.send(new PutObjectCommand({ ...at(key), Body: body, ...headers }))).ETag).toBe(etag);
    const got = await client.send(new GetObjectCommand(at(key)));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    expect(got).toMatchObject({ ...headers, ETag: etag, ContentLength: body.length, AcceptRanges: 'bytes' });
    expect(await client.send(new HeadObjectCommand(at(key)))).toMatchObject({
      ...headers,
      ETag: etag,
      ContentLength: body.length,
    });
    expect(Math.abs(Date.now() - (got.LastModified?.getTime() ?? 0))).toBeLessThan(15 * 60_000);
  });

  it('replaces an object whole', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}replaced`;
    await client.send(
      new PutObjectCommand({ ...at(key), Body: 'a long first version', ContentType: 'text/plain', Metadata: { v: '1' } }),
    );
    await client.send(new PutObjectCommand({ ...at(key), Body: 'second' }));
    const got = await client.send(new GetObjectCommand(at(key)));
    expect(await got.Body?.transformToString()).toBe('second');
    expect(got.Metadata).toEqual({});
  });

  it('stores empty objects', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}empty`;
    await client.send(new PutObjectCommand({ ...at(key), Body: Buffer.alloc(0) }));
    const got = await client.send(new GetObjectCommand(at(key)));
    expect([got.ContentLength, await got.Body?.transformToString()]).toEqual([0, '']);
    await expect(client.send(new GetObjectCommand({ ...at(key), Range: 'bytes=0-' }))).rejects.toMatchObject({
      name: 'InvalidRange',
    });
  });

  it('says NoSuchKey for what is not there, and deletes it all the same', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}nothing`;
    await expect(client.send(new GetObjectCommand(at(key)))).rejects.toMatchObject({
      name: 'NoSuchKey',
      $metadata: { httpStatusCode: 404 },
    });
    await expect(client.send(new HeadObjectCommand(at(key)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    expect((await client.send(new DeleteObjectCommand(at(key)))).$metadata.httpStatusCode).toBe(204);
  });

  it.each([
    ['bytes=0-9', '0123456789', '0-9'],
    ['bytes=10-', 'abcdef', '10-15'],
    ['bytes=-4', 'cdef', '12-15'],
    ['bytes=-100', '0123456789abcdef', '0-15'],
    ['bytes=4-400', '456789abcdef', '4-15'],
    ['bytes=15-15', 'f', '15-15'],
  ])('answers Range %s with those bytes', async (range, want, span) => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}ranged`;
    await client.send(new PutObjectCommand({ ...at(key), Body: '0123456789abcdef' }));
    const got = await client.send(new GetObjectCommand({ ...at(key), Range: range }));
    expect(await got.Body?.transformToString()).toBe(want);
    expect(got).toMatchObject({
      ContentRange: `bytes ${span}/16`,
      ContentLength: want.length,
      $metadata: { httpStatusCode: 206 },
    });
  });

  it('refuses a range behind the end with 416, and ignores one that it cannot read', async () => {
    const { client, target, freshPrefix } = current();
    const key = `${freshPrefix()}ranged`;
    await client.send(new PutObjectCommand({ ...at(key), Body: '0123456789' }));
    for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0']) {
      const refused = await signedFetch(target, { method: 'GET', key, headers: { range } });
      expect([range, refused.status, await errorCode(refused)]).toEqual([range, 416, 'InvalidRange']);
    }
    for (const range of ['bytes=abc', 'lines=1-2', 'bytes=5-2']) {
      const whole = await signedFetch(target, { method: 'GET', key, headers: { range } });
      expect([range, whole.status, await whole.text()]).toEqual([range, 200, '0123456789']);
    }
  });

  it.each(AWKWARD_KEYS)('takes %j as a key like any other', async (name) => {
    const { client, freshPrefix } = current();
    const key = freshPrefix() + name;
    await client.send(new PutObjectCommand({ ...at(key), Body: name }));
    expect(await (await client.send(new GetObjectCommand(at(key)))).Body?.transformToString()).toBe(name);
    await client.send(new DeleteObjectCommand(at(key)));
    await expect(client.send(new HeadObjectCommand(at(key)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  it('keeps an object whose key is the beginning of other keys', async () => {
    const { client, freshPrefix } = current();
    const prefix = freshPrefix();
    const keys = ['a', 'a/b', 'a/b/c', 'a/b/', 'a/'].map((name) => prefix + name);
    for (const key of keys) await client.send(new PutObjectCommand({ ...at(key), Body: key }));
    await client.send(new DeleteObjectCommand(at(`${prefix}a/b`)));
    for (const key of keys.filter((one) => !one.endsWith('a/b'))) {
      expect(await (await client.send(new GetObjectCommand(at(key)))).Body?.transformToString()).toBe(key);
    }
  });

  it('takes keys of 1024 bytes and refuses longer ones', async () => {
    const { client, freshPrefix } = current();
    const prefix = freshPrefix();
    const longest = prefix.padEnd(1024, '가'.repeat(400)).slice(0, 300);
    const exact = longest + 'x'.repeat(1024 - Buffer.byteLength(longest));
    await client.send(new PutObjectCommand({ ...at(exact), Body: 'fits' }));
    expect(await (await client.send(new GetObjectCommand(at(exact)))).Body?.transformToString()).toBe('fits');
    await expect(client.send(new PutObjectCommand({ ...at(`${exact}y`), Body: Buffer.alloc(0) }))).rejects.toMatchObject({
      name: 'KeyTooLongError',
    });
  });

  it('copies an object with its headers, or with new ones', async () => {
    const { client, target, freshPrefix } = current();
    const prefix = freshPrefix();
    const from = `${prefix}from 한 +`;
    await client.send(new PutObjectCommand({ ...at(from), Body: 'content', ContentType: 'text/x-a', Metadata: { a: '1' } }));
    const CopySource = `${target.bucket}/${encodeURIComponent(from)}`;
    await client.send(new CopyObjectCommand({ ...at(`${prefix}same`), CopySource }));
    expect(await client.send(new HeadObjectCommand(at(`${prefix}same`)))).toMatchObject({
      ContentType: 'text/x-a',
      Metadata: { a: '1' },
      ContentLength: 7,
    });
    const other = { MetadataDirective: 'REPLACE', ContentType: 'text/x-b', Metadata: { b: '2' } } as const;
    await client.send(new CopyObjectCommand({ ...at(`${prefix}other`), CopySource, ...other }));
    const got = await client.send(new GetObjectCommand(at(`${prefix}other`)));
    expect(got).toMatchObject({ ContentType: 'text/x-b', Metadata: { b: '2' } });
    expect(await got.Body?.transformToString()).toBe('content');
  });

  it('refuses to copy what is not there, what changed, and an object onto itself', async () => {
    const { client, target, freshPrefix } = current();
    const prefix = freshPrefix();
    const { ETag } = await client.send(new PutObjectCommand({ ...at(`${prefix}from`), Body: 'content' }));
    const copy = (key: string, more: { CopySourceIfMatch?: string; CopySourceIfNoneMatch?: string } = {}) =>
      client.send(new CopyObjectCommand({ ...at(`${prefix}to`), CopySource: `${target.bucket}/${prefix}${key}`, ...more }));
    await expect(copy('missing')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(copy('from', { CopySourceIfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(copy('from', { CopySourceIfNoneMatch: ETag ?? '' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(copy('from', { CopySourceIfMatch: ETag ?? '' })).resolves.toMatchObject({ CopyObjectResult: { ETag } });
    const onto = new CopyObjectCommand({ ...at(`${prefix}from`), CopySource: `${target.bucket}/${prefix}from` });
    await expect(client.send(onto)).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  it('does not take a subresource that it lacks for the object', async () => {
    const { client, target, freshPrefix } = current();
    const key = `${freshPrefix()}precious`;
    await client.send(new PutObjectCommand({ ...at(key), Body: 'precious' }));
    const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>';
    await signedFetch(target, { method: 'PUT', key, query: { tagging: '' }, body: tagging });
    expect(await (await client.send(new GetObjectCommand(at(key)))).Body?.transformToString()).toBe('precious');
  });
}
