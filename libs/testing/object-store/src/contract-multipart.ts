import { createHash, randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { ContractRun } from './target';

const MIB = 1024 * 1024;
/** The least that S3 takes for every part but the last. */
const PART = randomBytes(5 * MIB);
const LAST = randomBytes(1_000);

export function multipartContract(current: () => ContractRun): void {
  const at = (key: string) => ({ Bucket: current().target.bucket, Key: key });
  const begin = async (key: string, more: Partial<ConstructorParameters<typeof CreateMultipartUploadCommand>[0]> = {}) =>
    (await current().client.send(new CreateMultipartUploadCommand({ ...at(key), ...more }))).UploadId ?? '';
  const part = async (key: string, UploadId: string, PartNumber: number, Body: Buffer): Promise<CompletedPart> => {
    const { ETag, ChecksumCRC32 } = await current().client.send(
      new UploadPartCommand({ ...at(key), UploadId, PartNumber, Body }),
    );
    return { PartNumber, ETag, ChecksumCRC32 };
  };
  const complete = (key: string, UploadId: string, Parts: CompletedPart[], more: { IfNoneMatch?: string } = {}) =>
    current().client.send(new CompleteMultipartUploadCommand({ ...at(key), UploadId, MultipartUpload: { Parts }, ...more }));
  const read = async (key: string, Range?: string) => {
    const got = await current().client.send(new GetObjectCommand({ ...at(key), Range }));
    return { body: Buffer.from((await got.Body?.transformToByteArray()) ?? []), got };
  };
  const expectNothing = (key: string) =>
    expect(current().client.send(new HeadObjectCommand(at(key)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });

  it('makes one object of parts that came in any order, under an etag that counts them', async () => {
    const key = `${current().freshPrefix()}assembled`;
    const id = await begin(key, { ContentType: 'video/x-a', Metadata: { a: '1' }, CacheControl: 'no-cache' });
    const last = await part(key, id, 7, LAST);
    const first = await part(key, id, 2, PART);
    await expectNothing(key);
    const { ETag } = await complete(key, id, [first, last]);
    const md5s = [PART, LAST].map((bytes) => createHash('md5').update(bytes).digest());
    expect(ETag).toBe(`"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-2"`);
    const { body, got } = await read(key);
    expect(body.equals(Buffer.concat([PART, LAST]))).toBe(true);
    expect(got).toMatchObject({ ETag, ContentType: 'video/x-a', Metadata: { a: '1' }, CacheControl: 'no-cache' });
  });

  it('reads ranges across the borders of parts', async () => {
    const key = `${current().freshPrefix()}ranged`;
    const id = await begin(key);
    await complete(key, id, [await part(key, id, 1, PART), await part(key, id, 2, PART), await part(key, id, 3, LAST)]);
    const whole = Buffer.concat([PART, PART, LAST]);
    for (const [start, end] of [
      [PART.length - 3, PART.length + 2],
      [PART.length, PART.length],
      [PART.length - 1, 2 * PART.length],
      [0, whole.length - 1],
    ] as const) {
      expect((await read(key, `bytes=${start}-${end}`)).body.equals(whole.subarray(start, end + 1))).toBe(true);
    }
    expect((await read(key, 'bytes=-1500')).body.equals(whole.subarray(-1500))).toBe(true);
  });

  it('lists the parts that are there, page by page, so that an upload can be resumed', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}resumed`;
    const id = await begin(key);
    for (const number of [3, 1, 10_000, 2]) await part(key, id, number, Buffer.from(`part ${number}`));
    await part(key, id, 2, Buffer.from('part 2, sent again'));
    const numbers: (number | undefined)[] = [];
    let marker: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const listed = await client.send(new ListPartsCommand({ ...at(key), UploadId: id, MaxParts: 3, PartNumberMarker: marker }));
      for (const { PartNumber, Size, ETag } of listed.Parts ?? []) {
        numbers.push(PartNumber);
        if (PartNumber !== 2) continue;
        expect(Size).toBe('part 2, sent again'.length);
        expect(ETag).toBe(`"${createHash('md5').update('part 2, sent again').digest('hex')}"`);
      }
      if (!listed.IsTruncated) break;
      marker = listed.NextPartNumberMarker;
    }
    expect(numbers).toEqual([1, 2, 3, 10_000]);
    await client.send(new AbortMultipartUploadCommand({ ...at(key), UploadId: id }));
  });

  it('forgets an aborted upload, and leaves the object as it was', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}aborted`;
    await client.send(new PutObjectCommand({ ...at(key), Body: 'before' }));
    const id = await begin(key);
    const sent = await part(key, id, 1, LAST);
    await client.send(new AbortMultipartUploadCommand({ ...at(key), UploadId: id }));
    const gone = { name: 'NoSuchUpload', $metadata: { httpStatusCode: 404 } };
    await expect(part(key, id, 2, LAST)).rejects.toMatchObject(gone);
    await expect(complete(key, id, [sent])).rejects.toMatchObject(gone);
    await expect(client.send(new ListPartsCommand({ ...at(key), UploadId: id }))).rejects.toMatchObject(gone);
    expect((await read(key)).body.toString()).toBe('before');
  });

  it('refuses parts that are missing, changed, out of order or too small, and can then still be completed', async () => {
    const key = `${current().freshPrefix()}refused`;
    const id = await begin(key);
    const first = await part(key, id, 1, PART);
    const small = await part(key, id, 2, LAST);
    const last = await part(key, id, 3, LAST);
    const refusals: [CompletedPart[], string][] = [
      [[first, { ...last, PartNumber: 9 }], 'InvalidPart'],
      [[{ ...first, ETag: last.ETag }, last], 'InvalidPart'],
      [[last, first], 'InvalidPartOrder'],
      [[first, first], 'InvalidPartOrder'],
      [[first, small, last], 'EntityTooSmall'],
      [[], 'MalformedXML'],
    ];
    for (const [parts, name] of refusals) await expect(complete(key, id, parts)).rejects.toMatchObject({ name });
    await expectNothing(key);
    await complete(key, id, [first, last]);
    expect((await read(key)).body.length).toBe(PART.length + LAST.length);
  });

  it('answers a second completion like the first, since the first answer may have been lost', async () => {
    const key = `${current().freshPrefix()}twice`;
    const id = await begin(key);
    const sent = await part(key, id, 1, LAST);
    const first = await complete(key, id, [sent]);
    const second = await complete(key, id, [sent]);
    expect(second.ETag).toBe(first.ETag);
  });

  it('completes with If-None-Match only when nothing is there', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}conditional`;
    const id = await begin(key);
    const sent = await part(key, id, 1, LAST);
    await client.send(new PutObjectCommand({ ...at(key), Body: 'was first' }));
    await expect(complete(key, id, [sent], { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect((await read(key)).body.toString()).toBe('was first');
    await client.send(new AbortMultipartUploadCommand({ ...at(key), UploadId: id }));
  });

  it.each(['COMPOSITE', 'FULL_OBJECT'] as const)('gives the object a %s checksum of its parts', async (ChecksumType) => {
    const key = `${current().freshPrefix()}summed`;
    const id = await begin(key, { ChecksumAlgorithm: 'CRC32', ChecksumType });
    const { ChecksumCRC32, ChecksumType: type } = await complete(key, id, [
      await part(key, id, 1, PART),
      await part(key, id, 2, LAST),
    ]);
    expect(type).toBe(ChecksumType);
    expect(ChecksumCRC32?.endsWith('-2')).toBe(ChecksumType === 'COMPOSITE');
    // The SDK compares a whole-object checksum with what it reads, and throws when they differ.
    expect((await read(key)).body.length).toBe(PART.length + LAST.length);
  });

  it('refuses a part without the checksum that its upload promised', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}unsummed`;
    const id = await begin(key, { ChecksumAlgorithm: 'SHA256' });
    const unsummed = client.send(
      new UploadPartCommand({ ...at(key), UploadId: id, PartNumber: 1, Body: 'x', ChecksumAlgorithm: 'CRC32' }),
    );
    await expect(unsummed).rejects.toMatchObject({ name: 'InvalidRequest' });
    await client.send(new AbortMultipartUploadCommand({ ...at(key), UploadId: id }));
  });

  it('takes ranges of another object as parts', async () => {
    const { client, target, freshPrefix } = current();
    const prefix = freshPrefix();
    const source = Buffer.concat([PART, LAST]);
    await client.send(new PutObjectCommand({ ...at(`${prefix}source`), Body: source }));
    const id = await begin(`${prefix}copied`);
    const copyPart = async (PartNumber: number, CopySourceRange: string): Promise<CompletedPart> => {
      const from = { CopySource: `${target.bucket}/${prefix}source`, CopySourceRange };
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({ ...at(`${prefix}copied`), UploadId: id, PartNumber, ...from }),
      );
      return { PartNumber, ETag: CopyPartResult?.ETag, ChecksumCRC32: CopyPartResult?.ChecksumCRC32 };
    };
    const parts = [
      await copyPart(1, `bytes=0-${PART.length - 1}`),
      await copyPart(2, `bytes=${PART.length}-${source.length - 1}`),
    ];
    await expect(copyPart(3, `bytes=0-${source.length}`)).rejects.toMatchObject({
      name: expect.stringMatching(/InvalidArgument|InvalidRange/),
    });
    await complete(`${prefix}copied`, id, parts);
    expect((await read(`${prefix}copied`)).body.equals(source)).toBe(true);
  });

  it('lists uploads that are under way, and only those', async () => {
    const { client, target, freshPrefix } = current();
    const prefix = freshPrefix();
    const ids = [await begin(`${prefix}a`), await begin(`${prefix}b`), await begin(`${prefix}c`)];
    await complete(`${prefix}b`, ids[1] ?? '', [await part(`${prefix}b`, ids[1] ?? '', 1, LAST)]);
    const listed = await client.send(new ListMultipartUploadsCommand({ Bucket: target.bucket, Prefix: prefix }));
    expect(listed.Uploads?.map(({ Key, UploadId }) => [Key, UploadId])).toEqual([
      [`${prefix}a`, ids[0]],
      [`${prefix}c`, ids[2]],
    ]);
    for (const { Key, UploadId } of listed.Uploads ?? []) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: target.bucket, Key, UploadId }));
    }
  });

  it('refuses part numbers outside of 1 to 10 000', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}numbered`;
    const id = await begin(key);
    for (const number of [0, 10_001])
      await expect(part(key, id, number, LAST)).rejects.toMatchObject({ name: 'InvalidArgument' });
    await client.send(new AbortMultipartUploadCommand({ ...at(key), UploadId: id }));
  });
}
