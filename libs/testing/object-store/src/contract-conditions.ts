import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { signedFetch } from './signed-fetch';
import type { ContractRun } from './target';

const WRITERS = 16;

export function conditionContract(current: () => ContractRun): void {
  const at = (key: string) => ({ Bucket: current().target.bucket, Key: key });
  const text = async (key: string) => (await current().client.send(new GetObjectCommand(at(key)))).Body?.transformToString();

  it('answers a GET with 304 or 412 as its conditions say', async () => {
    const { client, target, freshPrefix } = current();
    const key = `${freshPrefix()}conditional`;
    const { ETag: etag = '' } = await client.send(new PutObjectCommand({ ...at(key), Body: 'content' }));
    const past = new Date(Date.now() - 3_600_000).toUTCString();
    const future = new Date(Date.now() + 3_600_000).toUTCString();
    const cases: [Record<string, string>, number][] = [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': `"other", ${etag}` }, 304],
      [{ 'if-none-match': '"other"' }, 200],
      [{ 'if-match': etag }, 200],
      [{ 'if-match': '"other"' }, 412],
      [{ 'if-modified-since': past }, 200],
      [{ 'if-unmodified-since': past }, 412],
      [{ 'if-unmodified-since': future }, 200],
      [{ 'if-match': etag, 'if-unmodified-since': past }, 200],
      [{ 'if-none-match': '"other"', 'if-modified-since': future }, 200],
    ];
    for (const [headers, want] of cases) {
      const response = await signedFetch(target, { method: 'GET', key, headers });
      expect([headers, response.status]).toEqual([headers, want]);
      expect(await response.text()).toContain(want === 200 ? 'content' : '');
      if (want === 304) expect(response.headers.get('etag')).toBe(etag);
    }
  });

  it('does not overwrite with If-None-Match: *, and leaves the object as it was', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}once`;
    await client.send(new PutObjectCommand({ ...at(key), Body: 'first', IfNoneMatch: '*' }));
    const again = client.send(new PutObjectCommand({ ...at(key), Body: 'second', IfNoneMatch: '*' }));
    await expect(again).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    expect(await text(key)).toBe('first');
  });

  it('overwrites with If-Match only the version that was named', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}swapped`;
    const { ETag: first = '' } = await client.send(new PutObjectCommand({ ...at(key), Body: 'first' }));
    await client.send(new PutObjectCommand({ ...at(key), Body: 'second', IfMatch: first }));
    const stale = client.send(new PutObjectCommand({ ...at(key), Body: 'third', IfMatch: first }));
    await expect(stale).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await text(key)).toBe('second');
    const missing = client.send(new PutObjectCommand({ ...at(`${key}-missing`), Body: 'x', IfMatch: first }));
    await expect(missing).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    await expect(client.send(new HeadObjectCommand(at(`${key}-missing`)))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('lets exactly one of many writers create an object', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}raced`;
    const attempts = Array.from({ length: WRITERS }, (_, writer) =>
      client.send(new PutObjectCommand({ ...at(key), Body: `writer ${writer}`, IfNoneMatch: '*' })),
    );
    const outcomes = await Promise.allSettled(attempts);
    const winners = outcomes.flatMap((outcome, writer) => (outcome.status === 'fulfilled' ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect(await text(key)).toBe(`writer ${winners[0]}`);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect([412, 409]).toContain(outcome.reason.$metadata.httpStatusCode);
    }
  });

  it('lets exactly one of many writers replace a version', async () => {
    const { client, freshPrefix } = current();
    const key = `${freshPrefix()}raced`;
    const { ETag: before = '' } = await client.send(new PutObjectCommand({ ...at(key), Body: 'before' }));
    const attempts = Array.from({ length: WRITERS }, (_, writer) =>
      client.send(new PutObjectCommand({ ...at(key), Body: `writer ${writer}`, IfMatch: before })),
    );
    const outcomes = await Promise.allSettled(attempts);
    const winners = outcomes.flatMap((outcome, writer) => (outcome.status === 'fulfilled' ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect(await text(key)).toBe(`writer ${winners[0]}`);
  });
}
