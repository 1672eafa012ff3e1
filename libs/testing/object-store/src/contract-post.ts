import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { errorCode } from './signed-fetch';
import type { ContractRun } from './target';

const BYTES_MAX = 1_000;

export function postContract(current: () => ContractRun): void {
  const at = (key: string) => ({ Bucket: current().target.bucket, Key: key });
  const presign = (key: string, more: Partial<PresignedPostOptions> = {}) =>
    createPresignedPost(current().client, {
      ...at(key),
      Expires: 60,
      Conditions: [['content-length-range', 3, BYTES_MAX]],
      ...more,
    });
  const post = (
    presigned: { url: string; fields: Record<string, string> },
    file: string | Blob,
    changes: Record<string, string | null> = {},
  ) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...presigned.fields, ...changes })) if (value !== null) form.append(name, value);
    form.append('file', typeof file === 'string' ? new Blob([file]) : file, 'from the browser.txt');
    return fetch(presigned.url, { method: 'POST', body: form });
  };
  const refusal = async (response: Response) => [response.status, await errorCode(response)];
  const expectNothing = (key: string) =>
    expect(current().client.send(new HeadObjectCommand(at(key)))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });

  it('stores a file that keeps to the policy', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}posted`;
    const fields = { 'Content-Type': 'image/x-a', 'x-amz-meta-place': 'hall' };
    const response = await post(await presign(key, { Fields: fields }), 'the file\r\n--with dashes\r\n');
    expect([response.status, response.headers.get('etag')]).toEqual([204, expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    const got = await client.send(new GetObjectCommand(at(key)));
    expect(await got.Body?.transformToString()).toBe('the file\r\n--with dashes\r\n');
    expect(got).toMatchObject({ ContentType: 'image/x-a', Metadata: { place: 'hall' } });
  });

  it.each([
    ['too large', 'x'.repeat(BYTES_MAX + 1), 'EntityTooLarge'],
    ['too small', 'xx', 'EntityTooSmall'],
  ])('stores nothing when the file is %s', async (_, file, code) => {
    const key = `${current().freshPrefix()}posted`;
    expect(await refusal(await post(await presign(key), file))).toEqual([400, code]);
    await expectNothing(key);
  });

  it('takes files of exactly the least and the largest size', async () => {
    const prefix = current().freshPrefix();
    for (const bytes of [3, BYTES_MAX])
      expect((await post(await presign(`${prefix}${bytes}`), 'x'.repeat(bytes))).status).toBe(204);
  });

  it('refuses a form whose fields are not those of the policy', async () => {
    const { freshPrefix } = current();
    const prefix = freshPrefix();
    const key = `${prefix}allowed`;
    const presigned = await presign(key, { Fields: { 'Content-Type': 'image/png' } });
    const denied: Record<string, string | null>[] = [
      { key: `${prefix}elsewhere` },
      { 'Content-Type': 'text/html' },
      { 'Content-Type': null },
      { 'x-amz-meta-extra': 'field' },
      { acl: 'public-read' },
    ];
    for (const changes of denied)
      expect([changes, ...(await refusal(await post(presigned, 'file', changes)))]).toEqual([changes, 403, 'AccessDenied']);
    await expectNothing(key);
    await expectNothing(`${prefix}elsewhere`);
  });

  it('refuses a policy that was changed, is signed with another key, or is missing', async () => {
    const key = `${current().freshPrefix()}posted`;
    const presigned = await presign(key);
    const policy: unknown = JSON.parse(Buffer.from(presigned.fields['Policy'] ?? '', 'base64').toString());
    const wider = { ...(policy as object), conditions: [['starts-with', '$key', '']] };
    const changed = Buffer.from(JSON.stringify(wider)).toString('base64');
    expect(await refusal(await post(presigned, 'file', { Policy: changed }))).toEqual([403, 'SignatureDoesNotMatch']);
    expect(await refusal(await post(presigned, 'file', { 'X-Amz-Signature': '0'.repeat(64) }))).toEqual([
      403,
      'SignatureDoesNotMatch',
    ]);
    expect((await post(presigned, 'file', { Policy: null })).ok).toBe(false);
    await expectNothing(key);
  });

  it('refuses a policy that has expired', async () => {
    const key = `${current().freshPrefix()}posted`;
    const presigned = await presign(key, { Expires: -60 });
    expect(await refusal(await post(presigned, 'file'))).toEqual([403, 'AccessDenied']);
    await expectNothing(key);
  });

  it('lets a policy leave the end of the key to the uploader, the name of the file included', async () => {
    const { client, freshPrefix } = current();
    const prefix = freshPrefix();
    const presigned = await presign(`${prefix}\${filename}`);
    expect((await post(presigned, 'file')).status).toBe(204);
    const got = await client.send(new GetObjectCommand(at(`${prefix}from the browser.txt`)));
    expect(await got.Body?.transformToString()).toBe('file');
  });

  it('answers with the status that the form asks for', async () => {
    const key = `${current().freshPrefix()}posted`;
    const created = await post(await presign(key, { Fields: { success_action_status: '201' } }), 'file');
    expect(created.status).toBe(201);
    expect(await created.text()).toContain(`<Key>${key}</Key>`);
    expect((await post(await presign(key, { Fields: { success_action_status: '200' } }), 'file')).status).toBe(200);
  });
}
