import { GetObjectCommand, PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import type { ObjectStoreConfig } from './object-store-config';
import { S3Presigner } from './s3-presign';

const NOW_MS = Date.UTC(2026, 0, 31, 23, 59, 58);
const CONFIG: ObjectStoreConfig = {
  endpoint: 'http://127.0.0.1:9000',
  region: 'eu-test-1',
  bucket: 'stead',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  forcePathStyle: true,
};
const KEY = fc
  .array(fc.constantFrom('a', 'B', '/', ' ', '+', '%', '한', '😀', "'", '(', '~', '*', '&', '=', '?', '#', '..'), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => `k${parts.join('')}`);

function sdkClient(config: ObjectStoreConfig): S3Client {
  return new S3Client({
    endpoint: config.publicEndpoint ?? config.endpoint,
    region: config.region,
    forcePathStyle: config.forcePathStyle,
    credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/** The parameters stand in another order, which means nothing. */
function comparable(url: string): { address: string; parameters: string[] } {
  const { origin, pathname, searchParams } = new URL(url);
  return { address: origin + pathname, parameters: [...searchParams].map(([name, value]) => `${name}=${value}`).sort() };
}

describe('S3Presigner', () => {
  const presigner = new S3Presigner(CONFIG, () => NOW_MS);
  const client = sdkClient(CONFIG);
  const signing = { expiresIn: 600, signingDate: new Date(NOW_MS) };

  it('signs a GET of any key as the SDK does', async () => {
    const property = fc.asyncProperty(KEY, async (Key) => {
      const theirs = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'stead', Key }), signing);
      expect(comparable(presigner.get(Key, { expiresS: 600 }))).toEqual(comparable(theirs));
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('signs a PUT with every restriction as the SDK does', async () => {
    const sha256 = 'ab'.repeat(32);
    const ours = presigner.put('a/b', { expiresS: 600, mediaType: 'image/png', bytes: 12, sha256, ifNoneMatch: '*' });
    const command = new PutObjectCommand({
      Bucket: 'stead',
      Key: 'a/b',
      ContentType: 'image/png',
      ContentLength: 12,
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      IfNoneMatch: '*',
    });
    const theirs = await getSignedUrl(client, command, { ...signing, signableHeaders: new Set(['content-type']) });
    expect(comparable(ours.url)).toEqual(comparable(theirs));
    expect(ours.headers).toEqual({ 'content-type': 'image/png', 'if-none-match': '*' });
  });

  it('signs a part as the SDK does, and asks the uploader for no header', async () => {
    const ours = presigner.part('a/b', 'an+upload/id', 17, { expiresS: 600, bytes: 5 });
    const command = new UploadPartCommand({
      Bucket: 'stead',
      Key: 'a/b',
      UploadId: 'an+upload/id',
      PartNumber: 17,
      ContentLength: 5,
    });
    expect(comparable(ours.url)).toEqual(comparable(await getSignedUrl(client, command, signing)));
    expect(ours.headers).toEqual({});
  });

  it('signs for the public address, in the style of its hosts', async () => {
    const config = { ...CONFIG, publicEndpoint: 'https://s3.example.org', forcePathStyle: false };
    const theirs = await getSignedUrl(sdkClient(config), new GetObjectCommand({ Bucket: 'stead', Key: 'a b' }), signing);
    const ours = new S3Presigner(config, () => NOW_MS).get('a b', { expiresS: 600 });
    expect(ours).toMatch(/^https:\/\/stead\.s3\.example\.org\/a%20b\?/);
    expect(comparable(ours)).toEqual(comparable(theirs));
  });

  it('goes on signing rightly after midnight', async () => {
    let nowMs = NOW_MS;
    const overnight = new S3Presigner(CONFIG, () => nowMs);
    overnight.get('a', { expiresS: 600 });
    nowMs += 5_000;
    const tomorrow = { expiresIn: 600, signingDate: new Date(nowMs) };
    const theirs = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'stead', Key: 'a' }), tomorrow);
    expect(comparable(overnight.get('a', { expiresS: 600 }))).toEqual(comparable(theirs));
  });

  it('gives the same URL for as long as asked, and never one that ends too early', () => {
    const property = fc.property(fc.integer({ min: 0, max: 7_199_999 }), fc.integer({ min: 0, max: 7_199_999 }), (a, b) => {
      const [firstMs, secondMs] = [NOW_MS + Math.min(a, b), NOW_MS + Math.max(a, b)];
      const [first, second] = [firstMs, secondMs].map((nowMs) =>
        new S3Presigner(CONFIG, () => nowMs).get('a', { expiresS: 600, stableForS: 3_600 }),
      );
      expect(first === second).toBe(Math.floor(firstMs / 3_600_000) === Math.floor(secondMs / 3_600_000));
      const query = new URL(second ?? '').searchParams;
      const [, year, month, day, hour] = /^(\d{4})(\d\d)(\d\d)T(\d\d)0000Z$/.exec(query.get('X-Amz-Date') ?? '') ?? [];
      const signedAtMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
      expect(signedAtMs + Number(query.get('X-Amz-Expires')) * 1000).toBeGreaterThanOrEqual(secondMs + 600_000);
    });
    fc.assert(property);
  });

  it('offers a download under any name without letting the name into the header', () => {
    const disposition = (name: string) =>
      new URL(presigner.get('a', { expiresS: 60, downloadName: name })).searchParams.get('response-content-disposition');
    expect(disposition('plan.pdf')).toBe(`attachment; filename="plan.pdf"; filename*=UTF-8''plan.pdf`);
    expect(disposition('한 "1"\r\nx: y.pdf')).toBe(
      `attachment; filename="_ _1___x: y.pdf"; filename*=UTF-8''%ED%95%9C%20%221%22%0D%0Ax%3A%20y.pdf`,
    );
  });

  it.each([0, -1, 1.5, 604_801, Number.NaN])('refuses an expiry of %p seconds', (expiresS) => {
    expect(() => presigner.get('a', { expiresS })).toThrow(RangeError);
  });
});
