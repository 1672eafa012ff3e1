import { createHash } from 'node:crypto';
import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand, type ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { errorCode, signedFetch } from './signed-fetch';
import type { ContractRun } from './target';

const PAGES_MAX = 200;

export function listingContract(current: () => ContractRun): void {
  const putAll = async (keys: readonly string[]): Promise<void> => {
    const { client, target } = current();
    await Promise.all(keys.map((Key) => client.send(new PutObjectCommand({ Bucket: target.bucket, Key, Body: 'xy' }))));
  };
  /** All pages, keys and common prefixes in the order in which they came. */
  const listAll = async (
    options: Omit<ListObjectsV2CommandInput, 'Bucket'>,
  ): Promise<{ keys: string[]; prefixes: string[]; pages: number[] }> => {
    const { client, target } = current();
    const found = { keys: [] as string[], prefixes: [] as string[], pages: [] as number[] };
    let token: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await client.send(new ListObjectsV2Command({ Bucket: target.bucket, ...options, ContinuationToken: token }));
      found.keys.push(...(answer.Contents ?? []).map(({ Key = '' }) => Key));
      found.prefixes.push(...(answer.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
      found.pages.push(answer.KeyCount ?? -1);
      token = answer.NextContinuationToken;
      if (!answer.IsTruncated) return found;
    }
    throw new Error('The listing does not end');
  };

  it('lists keys in the order of their bytes, with what is known about them', async () => {
    const { client, target, freshPrefix } = current();
    const prefix = freshPrefix();
    const names = ['a', 'a-b', 'a.b', 'a/', 'a/b', 'a/b/c', 'a0', 'A', 'b', '\uffee', '😀', '한'];
    await putAll(names.map((name) => prefix + name));
    const byBytes = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const { Contents, KeyCount, IsTruncated } = await client.send(
      new ListObjectsV2Command({ Bucket: target.bucket, Prefix: prefix }),
    );
    expect(Contents?.map(({ Key }) => Key)).toEqual(byBytes.map((name) => prefix + name));
    expect([KeyCount, IsTruncated]).toEqual([names.length, false]);
    expect(Contents?.[0]).toMatchObject({
      Size: 2,
      ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      LastModified: expect.any(Date),
    });
  });

  it('folds keys at a delimiter, counts each fold once, and pages through both', async () => {
    const prefix = current().freshPrefix();
    await putAll(['a', 'b/1', 'b/2', 'b/3/x', 'c', 'd/1', 'e'].map((name) => prefix + name));
    for (const MaxKeys of [1, 2, 3, 1000]) {
      const { keys, prefixes, pages } = await listAll({ Prefix: prefix, Delimiter: '/', MaxKeys });
      expect(keys).toEqual(['a', 'c', 'e'].map((name) => prefix + name));
      expect(prefixes).toEqual(['b/', 'd/'].map((name) => prefix + name));
      expect(pages.every((count) => count <= MaxKeys)).toBe(true);
    }
    expect((await listAll({ Prefix: `${prefix}b/`, Delimiter: '/' })).prefixes).toEqual([`${prefix}b/3/`]);
    expect((await listAll({ Prefix: `${prefix}b`, Delimiter: '/' })).prefixes).toEqual([`${prefix}b/`]);
  });

  it('folds at any delimiter, not only at slashes', async () => {
    const prefix = current().freshPrefix();
    await putAll(['2024-01-a', '2024-01-b', '2024-02-a', '2025/01-a', 'x'].map((name) => prefix + name));
    const { keys, prefixes } = await listAll({ Prefix: prefix, Delimiter: '-' });
    expect(prefixes).toEqual(['2024-', '2025/01-'].map((name) => prefix + name));
    expect(keys).toEqual([`${prefix}x`]);
    expect((await listAll({ Prefix: `${prefix}2024-`, Delimiter: '-', MaxKeys: 1 })).prefixes).toEqual([
      `${prefix}2024-01-`,
      `${prefix}2024-02-`,
    ]);
  });

  it('starts behind a key, whether that key is there or not', async () => {
    const prefix = current().freshPrefix();
    await putAll(['a', 'b', 'b/c', 'd'].map((name) => prefix + name));
    const after = async (name: string) =>
      (await listAll({ Prefix: prefix, StartAfter: prefix + name })).keys.map((key) => key.slice(prefix.length));
    expect(await after('a')).toEqual(['b', 'b/c', 'd']);
    expect(await after('b')).toEqual(['b/c', 'd']);
    expect(await after('b/')).toEqual(['b/c', 'd']);
    expect(await after('c')).toEqual(['d']);
    expect(await after('z')).toEqual([]);
  });

  it('pages through any set of keys without losing or repeating one', async () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', '/', '-', '.', 'Z', '한', '%', ' '), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join(''));
    const property = fc.asyncProperty(
      fc.uniqueArray(name, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      async (names, MaxKeys) => {
        const prefix = current().freshPrefix();
        const keys = names.map((one) => prefix + one).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        await putAll(keys);
        expect((await listAll({ Prefix: prefix, MaxKeys })).keys).toEqual(keys);
        const folded = await listAll({ Prefix: prefix, Delimiter: '/', MaxKeys });
        const cut = (key: string) => key.indexOf('/', prefix.length);
        expect(folded.keys).toEqual(keys.filter((key) => cut(key) < 0));
        expect(folded.prefixes).toEqual([
          ...new Set(keys.filter((key) => cut(key) >= 0).map((key) => key.slice(0, cut(key) + 1))),
        ]);
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });

  it('says nothing of keys outside the prefix, and ends at once for one that nothing has', async () => {
    const prefix = current().freshPrefix();
    await putAll([`${prefix}ab/c`, `${prefix}abc`, `${prefix}b`]);
    expect((await listAll({ Prefix: `${prefix}ab` })).keys).toEqual([`${prefix}ab/c`, `${prefix}abc`]);
    expect((await listAll({ Prefix: `${prefix}ab/` })).keys).toEqual([`${prefix}ab/c`]);
    expect(await listAll({ Prefix: `${prefix}nothing/at/all/` })).toEqual({ keys: [], prefixes: [], pages: [0] });
    expect((await listAll({ Prefix: prefix, MaxKeys: 0 })).keys).toEqual([]);
  });

  it('encodes keys when it is asked to', async () => {
    const { client, target, freshPrefix } = current();
    const prefix = freshPrefix();
    await putAll([`${prefix}한 &+`]);
    const { Contents } = await client.send(
      new ListObjectsV2Command({ Bucket: target.bucket, Prefix: prefix, EncodingType: 'url' }),
    );
    expect(decodeURIComponent((Contents?.[0]?.Key ?? '').replaceAll('+', ' '))).toBe(`${prefix}한 &+`);
  });

  it('refuses a continuation token or a page size that makes no sense', async () => {
    const { target } = current();
    for (const query of [{ 'continuation-token': 'nonsense' }, { 'max-keys': 'many' }, { 'max-keys': '-1' }] as Record<
      string,
      string
    >[]) {
      const refused = await signedFetch(target, { method: 'GET', key: '', query: { 'list-type': '2', ...query } });
      expect([query, refused.status, await errorCode(refused)]).toEqual([query, 400, 'InvalidArgument']);
    }
  });

  it('deletes many objects at once, those that are not there included, and says which', async () => {
    const { client, target, freshPrefix } = current();
    const prefix = freshPrefix();
    const keys = ['a', 'a/b', ' b & <c> ', '한/글', '../x'].map((name) => prefix + name);
    await putAll(keys.slice(0, 4));
    const Objects = keys.slice(0, 4).map((Key) => ({ Key }));
    const missing = { Key: `${prefix}missing` };
    const answer = await client.send(
      new DeleteObjectsCommand({ Bucket: target.bucket, Delete: { Objects: [...Objects, missing] } }),
    );
    expect(answer.Errors ?? []).toEqual([]);
    expect(answer.Deleted?.map(({ Key }) => Key).sort()).toEqual([...keys.slice(0, 4), missing.Key].sort());
    expect((await listAll({ Prefix: prefix })).keys).toEqual([]);
    const quiet = await client.send(new DeleteObjectsCommand({ Bucket: target.bucket, Delete: { Objects, Quiet: true } }));
    expect(quiet.Deleted ?? []).toEqual([]);
  });

  it('refuses a batch that is no XML or names no key', async () => {
    const { target } = current();
    for (const body of ['<Delete>', 'nonsense', '<Delete></Delete>', '<Delete><Object></Object></Delete>']) {
      const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
      const refused = await signedFetch(target, { method: 'POST', key: '', query: { delete: '' }, body, headers });
      expect([body, refused.status, await errorCode(refused)]).toEqual([body, 400, 'MalformedXML']);
    }
  });
}
