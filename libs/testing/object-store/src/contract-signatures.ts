import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { errorCode, s3Url, signedFetch, signRequest } from './signed-fetch';
import { s3Client, type ContractRun } from './target';

const HOUR_MS = 3_600_000;

export function signatureContract(current: () => ContractRun): void {
  const at = (key: string) => ({ Bucket: current().target.bucket, Key: key });
  const refusal = async (response: Response) => [response.status, await errorCode(response)];
  const expectNothing = (key: string) =>
    expect(current().client.send(new HeadObjectCommand(at(key)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  const stored = async (body: string): Promise<string> => {
    const key = `${current().freshPrefix()}signed`;
    await current().client.send(new PutObjectCommand({ ...at(key), Body: body }));
    return key;
  };

  it('refuses a request without a signature, with a wrong secret, and with an unknown key id', async () => {
    const { target } = current();
    const key = await stored('secret');
    expect(await refusal(await fetch(s3Url(target, key)))).toEqual([403, 'AccessDenied']);
    const wrongSecret = { ...target, secretAccessKey: `${target.secretAccessKey}x` };
    expect(await refusal(await signedFetch(wrongSecret, { method: 'GET', key }))).toEqual([403, 'SignatureDoesNotMatch']);
    const unknown = { ...target, accessKeyId: 'AKIANOBODYNOBODYNOBO' };
    expect(await refusal(await signedFetch(unknown, { method: 'GET', key }))).toEqual([403, 'InvalidAccessKeyId']);
  });

  it('refuses to read, write, list or delete anything unsigned', async () => {
    const { client, target } = current();
    const key = await stored('precious');
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST']) {
      const response = await fetch(s3Url(target, key), { method, ...(method === 'PUT' ? { body: 'overwritten' } : {}) });
      expect([method, response.status]).toEqual([method, 403]);
    }
    expect((await fetch(s3Url(target, '', { 'list-type': '2' }))).status).toBe(403);
    const got = await client.send(new GetObjectCommand(at(key)));
    expect(await got.Body?.transformToString()).toBe('precious');
  });

  it('refuses a signed request that was changed: method, key, parameter, header, body', async () => {
    const { target } = current();
    const key = await stored('precious');
    const signed = { method: 'GET', key, headers: { range: 'bytes=0-1' } };
    expect((await signedFetch(target, signed)).status).toBe(206);
    const { url, headers } = signRequest(target, signed);
    const changed: [string, () => Promise<Response>][] = [
      ['method', () => fetch(url, { method: 'DELETE', headers })],
      ['key', () => fetch(`${url}x`, { headers })],
      ['parameter', () => fetch(`${url}?acl`, { headers })],
      ['header', () => fetch(url, { headers: { ...headers, range: 'bytes=0-5' } })],
    ];
    for (const [what, send] of changed)
      expect([what, ...(await refusal(await send()))]).toEqual([what, 403, 'SignatureDoesNotMatch']);
  });

  it('refuses an x-amz- header that is not under the signature', async () => {
    const { target, freshPrefix } = current();
    const key = `${freshPrefix()}smuggled`;
    const request = { method: 'PUT', key, body: 'x', unsignedHeaders: { 'x-amz-meta-admin': 'yes' } };
    expect(await refusal(await signedFetch(target, request))).toEqual([403, 'AccessDenied']);
    await expectNothing(key);
  });

  it('refuses a clock that is more than fifteen minutes off', async () => {
    const { target } = current();
    const key = await stored('content');
    for (const offsetMs of [-HOUR_MS, HOUR_MS]) {
      const response = await signedFetch(target, { method: 'GET', key, at: new Date(Date.now() + offsetMs) });
      expect(await refusal(response)).toEqual([403, 'RequestTimeTooSkewed']);
    }
    const slightlyOff = await signedFetch(target, { method: 'GET', key, at: new Date(Date.now() - 10 * 60_000) });
    expect(slightlyOff.status).toBe(200);
  });

  it('refuses a signature made for another region', async () => {
    const { target } = current();
    const response = await signedFetch(target, { method: 'GET', key: 'any', region: 'mars-north-1' });
    expect(await refusal(response)).toEqual([400, 'AuthorizationHeaderMalformed']);
  });

  it('lets whoever holds a presigned URL read, with the headers that the signer chose', async () => {
    const { client } = current();
    const key = await stored('content');
    const overrides = {
      ResponseContentType: 'text/x-shown',
      ResponseContentDisposition: 'attachment; filename="a b.txt"',
      ResponseCacheControl: 'no-store',
    };
    const url = await getSignedUrl(client, new GetObjectCommand({ ...at(key), ...overrides }), { expiresIn: 60 });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([200, 'content']);
    expect(response.headers.get('content-type')).toBe('text/x-shown');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="a b.txt"');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect((await fetch(url, { headers: { range: 'bytes=1-2' } })).status).toBe(206);
  });

  it('refuses a presigned URL that was changed, or is used for something else', async () => {
    const { client, target } = current();
    const key = await stored('content');
    const url = await getSignedUrl(client, new GetObjectCommand(at(key)), { expiresIn: 60 });
    const other = await stored('another object');
    for (const changed of [
      url.replace(key, other),
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'),
      `${url}&response-content-type=text%2Fhtml`,
      url.replace(/X-Amz-Signature=[0-9a-f]{4}/, 'X-Amz-Signature=0000'),
    ]) {
      expect(await refusal(await fetch(changed))).toEqual([403, 'SignatureDoesNotMatch']);
    }
    expect((await fetch(url, { method: 'PUT', body: 'overwritten' })).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    const noSignature = new URL(url);
    noSignature.searchParams.delete('X-Amz-Signature');
    expect((await fetch(noSignature)).ok).toBe(false);
    expect(await (await signedFetch(target, { method: 'GET', key })).text()).toBe('content');
  });

  it('refuses a presigned URL that has expired, lasts too long, or is of the future', async () => {
    const { client } = current();
    const key = await stored('content');
    const sign = (expiresIn: number, at0: number) =>
      getSignedUrl(client, new GetObjectCommand(at(key)), { expiresIn, signingDate: new Date(at0) });
    expect(await refusal(await fetch(await sign(60, Date.now() - 120_000)))).toEqual([403, 'AccessDenied']);
    expect(await refusal(await fetch(await sign(60, Date.now() + 24 * HOUR_MS)))).toEqual([403, 'AccessDenied']);
    expect((await fetch(await sign(600, Date.now() - 300_000))).status).toBe(200);
    const week = await sign(7 * 24 * 3600, Date.now());
    const tooLong = await fetch(week.replace('X-Amz-Expires=604800', 'X-Amz-Expires=604801'));
    expect(await refusal(tooLong)).toEqual([400, 'AuthorizationQueryParametersError']);
  });

  it('takes from a presigned PUT exactly the type, the length and the checksum that were signed', async () => {
    const { target, freshPrefix } = current();
    const key = `${freshPrefix()}uploaded`;
    const client = s3Client(target);
    const command = new PutObjectCommand({
      ...at(key),
      ContentType: 'image/png',
      ContentLength: 5,
      ChecksumSHA256: 'WZRHGrsBESr8wYFZ9sx0tPURuZgG2lmzyvWpwXPKz8U=',
    });
    const url = await getSignedUrl(client, command, { expiresIn: 60, signableHeaders: new Set(['content-type']) });
    client.destroy();
    const put = (body: string, type: string) => fetch(url, { method: 'PUT', body, headers: { 'content-type': type } });
    expect(await refusal(await put('12345', 'text/html'))).toEqual([403, 'SignatureDoesNotMatch']);
    expect(await refusal(await put('123456', 'image/png'))).toEqual([403, 'SignatureDoesNotMatch']);
    expect(await refusal(await put('54321', 'image/png'))).toEqual([400, 'BadDigest']);
    await expectNothing(key);
    expect((await put('12345', 'image/png')).status).toBe(200);
  });

  it('takes parts by presigned URLs', async () => {
    const { client, target, freshPrefix } = current();
    const key = `${freshPrefix()}uploaded`;
    const created = await signedFetch(target, { method: 'POST', key, query: { uploads: '' } });
    const UploadId = /<UploadId>([^<]+)</.exec(await created.text())?.[1] ?? '';
    const plain = s3Client(target);
    plain.config.requestChecksumCalculation = async () => 'WHEN_REQUIRED';
    const url = await getSignedUrl(plain, new UploadPartCommand({ ...at(key), UploadId, PartNumber: 1 }), { expiresIn: 60 });
    plain.destroy();
    const part = await fetch(url, { method: 'PUT', body: 'a part' });
    expect([part.status, part.headers.get('etag')]).toEqual([200, expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    expect(await refusal(await fetch(url.replace('partNumber=1', 'partNumber=2'), { method: 'PUT', body: 'x' }))).toEqual([
      403,
      'SignatureDoesNotMatch',
    ]);
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.get('etag')}</ETag></Part></CompleteMultipartUpload>`;
    expect((await signedFetch(target, { method: 'POST', key, query: { uploadId: UploadId }, body })).status).toBe(200);
    expect(await (await client.send(new GetObjectCommand(at(key)))).Body?.transformToString()).toBe('a part');
  });
}
