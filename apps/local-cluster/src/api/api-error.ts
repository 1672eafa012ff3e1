/** Reasons of a metav1.Status with their HTTP status: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>. */
const STATUS_OF = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;
export type Reason = keyof typeof STATUS_OF;

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  retryAfterSeconds?: number;
  causes?: { reason: string; message: string; field: string }[];
}

/** An answer of the API that is no success. */
export class ApiError extends Error {
  readonly status: number;

  constructor(
    readonly reason: Reason,
    message: string,
    readonly details: StatusDetails = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = STATUS_OF[reason];
  }

  toStatus(): object {
    const { status: code, message, reason, details } = this;
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  }
}

export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('InternalError', error instanceof Error ? error.message : String(error));
}
