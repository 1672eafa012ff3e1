import { S3Error } from '../errors';
import type { S3Request } from '../http/s3-request';
import {
  ALGORITHM,
  canonicalRequest,
  parseAmzDate,
  requestSignature,
  sameSignature,
  scopeText,
  signingKey,
  UNSIGNED_PAYLOAD,
  type Scope,
} from './signature-v4';

const CLOCK_SKEW_MS = 15 * 60 * 1000;
const EXPIRES_S_MAX = 7 * 24 * 3600;

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface Authority {
  credentials: readonly Credentials[];
  region: string;
  now: () => number;
}

/** What the signature says of the body. */
export type PayloadRule =
  { kind: 'unsigned' } | { kind: 'sha256'; sha256: string } | { kind: 'chunks'; signed: boolean; hasTrailer: boolean };

/** A request whose signature is right. */
export interface Authenticated {
  accessKeyId: string;
  payload: PayloadRule;
  /** What the signatures of the chunks of a signed body go on from. */
  seed: { key: Buffer; amzDate: string; scope: string; signature: string };
}

interface Claim {
  accessKeyId: string;
  scope: Scope;
  amzDate: string;
  signedHeaders: string[];
  signature: string;
  payloadHash: string;
}

/** Refuses what is not signed with one of the credentials, for this place, for now, and in all its `x-amz-` headers. */
export function authenticate(request: S3Request, authority: Authority): Authenticated {
  const byHeader = request.headers.has('authorization');
  const byQuery = request.query.has('X-Amz-Algorithm') || request.query.has('X-Amz-Signature');
  if (byHeader && byQuery) throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed.');
  if (!byHeader && !byQuery) throw new S3Error('AccessDenied');
  const claim = byHeader ? headerClaim(request, authority) : queryClaim(request, authority);
  const credentials = credentialsOf(claim.accessKeyId, authority);
  assertCovered(request, claim.signedHeaders, byQuery);
  const key = signingKey(credentials.secretAccessKey, claim.scope);
  const canonical = canonicalRequest(request, claim.signedHeaders, claim.payloadHash);
  const expected = requestSignature(key, claim.amzDate, claim.scope, canonical);
  if (!sameSignature(expected, claim.signature))
    throw new S3Error('SignatureDoesNotMatch', undefined, { CanonicalRequest: canonical });
  return {
    accessKeyId: claim.accessKeyId,
    payload: payloadRule(claim.payloadHash),
    seed: { key, amzDate: claim.amzDate, scope: scopeText(claim.scope), signature: expected },
  };
}

export function credentialsOf(accessKeyId: string, authority: Authority): Credentials {
  const credentials = authority.credentials.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (!credentials) throw new S3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: accessKeyId });
  return credentials;
}

/** `<access key>/<date>/<region>/s3/aws4_request` */
export function parseCredential(
  text: string,
  authority: Authority,
  malformed: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError',
) {
  const parts = text.split('/');
  const [terminator, service, region, date] = [parts.pop(), parts.pop(), parts.pop(), parts.pop()];
  const accessKeyId = parts.join('/');
  if (accessKeyId === '' || date === undefined || !/^\d{8}$/.test(date) || service !== 's3' || terminator !== 'aws4_request') {
    throw new S3Error(malformed, 'The credential is not <access key>/<yyyymmdd>/<region>/s3/aws4_request.');
  }
  if (region !== authority.region) {
    throw new S3Error(malformed, `The region '${region}' is wrong; expecting '${authority.region}'`, {
      Region: authority.region,
    });
  }
  return { accessKeyId, scope: { date, region } };
}

function headerClaim(request: S3Request, authority: Authority): Claim {
  const header = request.headers.get('authorization') ?? '';
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw new S3Error('InvalidRequest', `The authorization mechanism is not supported. Please use ${ALGORITHM}.`);
  }
  const fields = new Map(
    header
      .slice(ALGORITHM.length + 1)
      .split(',')
      .map((field) => field.trim().split(/=(.*)/s, 2))
      .map(([name, value]) => [name ?? '', value ?? ''] as const),
  );
  const signature = fields.get('Signature') ?? '';
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';').filter((name) => name !== '');
  const { accessKeyId, scope } = parseCredential(fields.get('Credential') ?? '', authority, 'AuthorizationHeaderMalformed');
  if (signature === '' || signedHeaders.length === 0) throw new S3Error('AuthorizationHeaderMalformed');
  const amzDate = requestDate(request);
  const signedAtMs = parseAmzDate(amzDate);
  if (signedAtMs === null) throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header');
  if (Math.abs(authority.now() - signedAtMs) > CLOCK_SKEW_MS) {
    throw new S3Error('RequestTimeTooSkewed', undefined, {
      RequestTime: amzDate,
      ServerTime: new Date(authority.now()).toISOString(),
      MaxAllowedSkewMilliseconds: String(CLOCK_SKEW_MS),
    });
  }
  if (!amzDate.startsWith(scope.date))
    throw new S3Error('AuthorizationHeaderMalformed', 'The date in the credential is not that of the request.');
  const payloadHash = request.headers.get('x-amz-content-sha256');
  if (payloadHash === undefined)
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  return { accessKeyId, scope, amzDate, signedHeaders, signature, payloadHash };
}

function queryClaim(request: S3Request, authority: Authority): Claim {
  const parameter = (name: string): string => {
    const value = request.query.get(name);
    if (value === undefined || value === '')
      throw new S3Error('AuthorizationQueryParametersError', `The parameter ${name} is missing.`);
    return value;
  };
  if (parameter('X-Amz-Algorithm') !== ALGORITHM) {
    throw new S3Error('AuthorizationQueryParametersError', `X-Amz-Algorithm only supports "${ALGORITHM}"`);
  }
  const { accessKeyId, scope } = parseCredential(parameter('X-Amz-Credential'), authority, 'AuthorizationQueryParametersError');
  const amzDate = parameter('X-Amz-Date');
  const signedAtMs = parseAmzDate(amzDate);
  if (signedAtMs === null || !amzDate.startsWith(scope.date)) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
    );
  }
  const expires = parameter('X-Amz-Expires');
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > EXPIRES_S_MAX) {
    throw new S3Error(
      'AuthorizationQueryParametersError',
      `X-Amz-Expires must be a number of seconds from 1 to ${EXPIRES_S_MAX}`,
    );
  }
  const now = authority.now();
  if (signedAtMs > now + CLOCK_SKEW_MS) throw new S3Error('AccessDenied', 'Request is not yet valid');
  const expiresAtMs = signedAtMs + Number(expires) * 1000;
  if (now > expiresAtMs) {
    throw new S3Error('AccessDenied', 'Request has expired', {
      'X-Amz-Expires': expires,
      Expires: new Date(expiresAtMs).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  }
  return {
    accessKeyId,
    scope,
    amzDate,
    signedHeaders: parameter('X-Amz-SignedHeaders').split(';'),
    signature: parameter('X-Amz-Signature'),
    payloadHash: request.query.get('X-Amz-Content-Sha256') ?? request.headers.get('x-amz-content-sha256') ?? UNSIGNED_PAYLOAD,
  };
}

function requestDate(request: S3Request): string {
  const amzDate = request.headers.get('x-amz-date');
  if (amzDate !== undefined) return amzDate;
  const ms = Date.parse(request.headers.get('date') ?? '');
  return Number.isNaN(ms) ? '' : new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** A header that changes what S3 does must be under the signature, or whoever carries the request could add it. */
function assertCovered(request: S3Request, signedHeaders: readonly string[], byQuery: boolean): void {
  const signed = new Set(signedHeaders);
  const loose = [...request.headers.keys()].filter(
    (name) => name.startsWith('x-amz-') && !signed.has(name) && !(byQuery && name === 'x-amz-content-sha256'),
  );
  if (!signed.has('host')) loose.push('host');
  if (loose.length > 0) {
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: loose.join(', '),
    });
  }
  for (const name of signed) {
    if (!request.headers.has(name))
      throw new S3Error('SignatureDoesNotMatch', `The signed header ${name} is not in the request.`);
  }
}

function payloadRule(payloadHash: string): PayloadRule {
  switch (payloadHash) {
    case UNSIGNED_PAYLOAD:
      return { kind: 'unsigned' };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'chunks', signed: false, hasTrailer: true };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'chunks', signed: true, hasTrailer: false };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'chunks', signed: true, hasTrailer: true };
  }
  if (/^[0-9a-f]{64}$/i.test(payloadHash)) return { kind: 'sha256', sha256: payloadHash.toLowerCase() };
  throw new S3Error(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a supported STREAMING value, or a SHA-256 in hex.',
  );
}
