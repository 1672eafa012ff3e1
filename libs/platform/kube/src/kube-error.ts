import { z } from 'zod';

/**
 * What a failed call means to its caller. `ambiguous`: a write was sent and its answer is not known, so it may have been
 * done. `unavailable` and `timeout` are about the cluster, and nothing was written. `misconfigured`, `unauthorized`,
 * `forbidden`, `not-found` and `invalid` are about us: waiting does not help.
 */
export type KubeErrorClass =
  | 'conflict-exists'
  | 'conflict'
  | 'not-found'
  | 'expired'
  | 'unauthorized'
  | 'forbidden'
  | 'invalid'
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'ambiguous'
  | 'misconfigured';

export class KubeError extends Error {
  /** The object that is not there. A 404 without one says that nothing is served at the path: Argo is gone, or not loaded yet. */
  readonly missing: string | null;

  constructor(
    readonly cluster: string,
    readonly kind: KubeErrorClass,
    detail: string,
    readonly status: number | null = null,
    readonly retryAfterS: number | null = null,
    options: ErrorOptions & { missing?: string } = {},
  ) {
    super(`${cluster}: ${detail}`, options);
    this.missing = options.missing ?? null;
    this.name = 'KubeError';
  }
}

export function isKubeError(error: unknown): error is KubeError {
  return error instanceof KubeError;
}

const SILENT: ReadonlySet<KubeErrorClass> = new Set(['unavailable', 'timeout', 'ambiguous', 'throttled']);

/** The cluster did not answer, as opposed to "it answered and refused". Only silence opens a breaker. */
export function isSilence(error: unknown): boolean {
  return isKubeError(error) && SILENT.has(error.kind);
}

/** `Status` of <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>. */
const statusSchema = z.looseObject({
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .looseObject({
      name: z.string().optional(),
      causes: z.array(z.looseObject({ field: z.string().optional() })).optional(),
    })
    .optional(),
});

/**
 * A patch that names the uid of another object is refused as a change of an immutable field (kubernetes/kubernetes#127625),
 * while whoever replaces or deletes an object gets a Conflict: it means the same.
 */
const UID_FIELD = 'metadata.uid';

/** The error of an answer with a failing HTTP status. A write that met a 5xx may have been done. */
export function errorFromAnswer(
  cluster: string,
  isWrite: boolean,
  status: number,
  body: string,
  retryAfterS: number | null,
): KubeError {
  const parsed = statusSchema.safeParse(parseJson(body));
  const { reason = '', message = body.slice(0, 300), details = {} } = parsed.success ? parsed.data : {};
  const detail = `${status} ${reason} ${message}`.trim();
  const isOther = status === 422 && details.causes?.some(({ field }) => field === UID_FIELD) === true;
  const missing = status === 404 && reason === 'NotFound' && details.name !== undefined ? { missing: details.name } : {};
  return new KubeError(cluster, isOther ? 'conflict' : classOf(status, reason, isWrite), detail, status, retryAfterS, missing);
}

function classOf(status: number, reason: string, isWrite: boolean): KubeErrorClass {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 409) return reason === 'AlreadyExists' ? 'conflict-exists' : 'conflict';
  if (status === 410) return 'expired';
  if (status === 429) return 'throttled';
  if (status >= 500) return isWrite ? 'ambiguous' : 'unavailable';
  return 'invalid';
}

/** Socket errors before anything could have been sent. */
const BEFORE_SENDING = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT']);
const TLS = /^(ERR_TLS|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|ERR_SSL)/;

/** The error of a call that got no answer at all. */
export function errorFromSocket(cluster: string, isWrite: boolean, cause: unknown): KubeError {
  const code = textOf(cause, 'code');
  const message = textOf(cause, 'message');
  const detail = message === '' ? String(cause) : message;
  if (TLS.test(code)) return new KubeError(cluster, 'misconfigured', detail, null, null, { cause });
  const kind = isWrite && !BEFORE_SENDING.has(code) ? 'ambiguous' : 'unavailable';
  return new KubeError(cluster, kind, detail, null, null, { cause });
}

function textOf(error: unknown, member: 'code' | 'message'): string {
  const value: unknown = typeof error === 'object' && error !== null && member in error ? Reflect.get(error, member) : '';
  return typeof value === 'string' ? value : '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
