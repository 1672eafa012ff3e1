import type { S3Request } from '../http/s3-request';
import { authenticate, type Authority } from './authenticate';
import { parseAmzDate, sameSignature } from './signature-v4';

/** The examples of <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html> and of its siblings. */
const AUTHORITY: Authority = {
  credentials: [{ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }],
  region: 'us-east-1',
  now: () => Date.UTC(2013, 4, 24),
};
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const CREDENTIAL = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';

function request(method: string, path: string, query: [string, string][], headers: Record<string, string>): S3Request {
  const all = new Map(Object.entries({ host: 'examplebucket.s3.amazonaws.com', ...headers }));
  return { method, bucket: '', key: path.slice(1), path, query: new Map(query), queryPairs: query, headers: all };
}

function signed(
  method: string,
  path: string,
  query: [string, string][],
  headers: Record<string, string>,
  names: string,
  signature: string,
): S3Request {
  const authorization = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL},SignedHeaders=${names},Signature=${signature}`;
  return request(method, path, query, {
    'x-amz-date': '20130524T000000Z',
    'x-amz-content-sha256': EMPTY,
    ...headers,
    authorization,
  });
}

const GET_OBJECT = signed(
  'GET',
  '/test.txt',
  [],
  { range: 'bytes=0-9' },
  'host;range;x-amz-content-sha256;x-amz-date',
  'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
);
const PUT_OBJECT = signed(
  'PUT',
  '/test$file.text',
  [],
  {
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
  },
  'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
  '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
);
const GET_LIFECYCLE = signed(
  'GET',
  '/',
  [['lifecycle', '']],
  {},
  'host;x-amz-content-sha256;x-amz-date',
  'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
);
const LIST_OBJECTS = signed(
  'GET',
  '/',
  [
    ['max-keys', '2'],
    ['prefix', 'J'],
  ],
  {},
  'host;x-amz-content-sha256;x-amz-date',
  '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
);
const PRESIGNED = request(
  'GET',
  '/test.txt',
  [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', CREDENTIAL],
    ['X-Amz-Date', '20130524T000000Z'],
    ['X-Amz-Expires', '86400'],
    ['X-Amz-SignedHeaders', 'host'],
    ['X-Amz-Signature', 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'],
  ],
  {},
);

const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'another error';
  }
  return 'accepted';
};
const without = (from: S3Request, header: string): S3Request => ({
  ...from,
  headers: new Map([...from.headers].filter(([name]) => name !== header)),
});
const withHeader = (from: S3Request, name: string, value: string): S3Request => ({
  ...from,
  headers: new Map([...from.headers, [name, value]]),
});
const withQuery = (from: S3Request, name: string, value: string): S3Request => {
  const queryPairs = from.queryPairs.map(([n, v]) => [n, n === name ? value : v] as const);
  return { ...from, queryPairs, query: new Map(queryPairs) };
};

describe('authenticate', () => {
  it.each([
    ['GET of an object', GET_OBJECT],
    ['PUT of an object', PUT_OBJECT],
    ['GET of a subresource', GET_LIFECYCLE],
    ['GET of a listing', LIST_OBJECTS],
    ['presigned GET', PRESIGNED],
  ])("accepts Amazon's example of a %s", (_, example) => {
    expect(authenticate(example, AUTHORITY).accessKeyId).toBe('AKIAIOSFODNN7EXAMPLE');
  });

  it.each<[string, S3Request, string]>([
    ['another method', { ...GET_OBJECT, method: 'DELETE' }, 'SignatureDoesNotMatch'],
    ['another path', { ...GET_OBJECT, path: '/test2.txt' }, 'SignatureDoesNotMatch'],
    ['a further parameter', { ...GET_OBJECT, queryPairs: [['acl', '']] }, 'SignatureDoesNotMatch'],
    ['another header', withHeader(GET_OBJECT, 'range', 'bytes=0-99'), 'SignatureDoesNotMatch'],
    ['another host', withHeader(GET_OBJECT, 'host', 'elsewhere'), 'SignatureDoesNotMatch'],
    ['a signed header that is missing', without(GET_OBJECT, 'range'), 'SignatureDoesNotMatch'],
    ['an unsigned x-amz- header', withHeader(GET_OBJECT, 'x-amz-meta-a', 'b'), 'AccessDenied'],
    ['no content hash', without(GET_OBJECT, 'x-amz-content-sha256'), 'InvalidRequest'],
    ['no date', without(GET_OBJECT, 'x-amz-date'), 'AccessDenied'],
    ['no authority', without(GET_OBJECT, 'authorization'), 'AccessDenied'],
    ['the old signature version', withHeader(GET_OBJECT, 'authorization', 'AWS AKIAIOSFODNN7EXAMPLE:abc='), 'InvalidRequest'],
    [
      'an empty signature',
      withHeader(GET_OBJECT, 'authorization', `AWS4-HMAC-SHA256 Credential=${CREDENTIAL},SignedHeaders=host,Signature=`),
      'AuthorizationHeaderMalformed',
    ],
    ['both kinds of authority', { ...PRESIGNED, headers: GET_OBJECT.headers }, 'InvalidArgument'],
    ['a longer expiry', withQuery(PRESIGNED, 'X-Amz-Expires', '86401'), 'SignatureDoesNotMatch'],
    ['an expiry of nothing', withQuery(PRESIGNED, 'X-Amz-Expires', '0'), 'AuthorizationQueryParametersError'],
    ['no host under the signature', withQuery(PRESIGNED, 'X-Amz-SignedHeaders', 'range'), 'AccessDenied'],
    [
      'another service',
      withQuery(PRESIGNED, 'X-Amz-Credential', CREDENTIAL.replace('/s3/', '/ec2/')),
      'AuthorizationQueryParametersError',
    ],
    [
      'another region',
      withQuery(PRESIGNED, 'X-Amz-Credential', CREDENTIAL.replace('us-east-1', 'eu-west-1')),
      'AuthorizationQueryParametersError',
    ],
    ['another key', withQuery(PRESIGNED, 'X-Amz-Credential', CREDENTIAL.replace('AKIA', 'AKIB')), 'InvalidAccessKeyId'],
    [
      'a date of another day than the credential',
      withQuery(PRESIGNED, 'X-Amz-Date', '20130525T000000Z'),
      'AuthorizationQueryParametersError',
    ],
  ])('refuses %s', (_, changed, want) => {
    expect(code(() => authenticate(changed, AUTHORITY))).toBe(want);
  });

  it.each([
    [-15 * 60, 'accepted'],
    [15 * 60, 'accepted'],
    [-15 * 60 - 1, 'RequestTimeTooSkewed'],
    [15 * 60 + 1, 'RequestTimeTooSkewed'],
  ])('says "%i seconds off" is %s', (offsetS, want) => {
    const now = () => Date.UTC(2013, 4, 24) + offsetS * 1000;
    expect(code(() => authenticate(GET_OBJECT, { ...AUTHORITY, now }))).toBe(want);
  });

  it.each([
    [86_400, 'accepted'],
    [86_401, 'AccessDenied'],
    [-15 * 60, 'accepted'],
    [-15 * 60 - 1, 'AccessDenied'],
  ])('says a URL of a day, %i seconds after it was signed, is %s', (afterS, want) => {
    const now = () => Date.UTC(2013, 4, 24) + afterS * 1000;
    expect(code(() => authenticate(PRESIGNED, { ...AUTHORITY, now }))).toBe(want);
  });
});

describe('parseAmzDate', () => {
  it.each(['', '20130524', '2013-05-24T00:00:00Z', '20131324T000000Z', '20130524T000000'])('refuses %j', (text) => {
    expect(parseAmzDate(text)).toBeNull();
  });
});

describe('sameSignature', () => {
  it('takes the same and nothing else, whatever its length', () => {
    expect(sameSignature('abc', 'abc')).toBe(true);
    for (const other of ['abd', 'ab', 'abcd', '', '한']) expect(sameSignature('abc', other)).toBe(false);
  });
});
