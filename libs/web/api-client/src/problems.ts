/** A failure as the API describes it (RFC 9457). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly { pointer: string; detail: string }[],
    readonly traceId: string,
    /** How long to wait before the same is asked again; null where nothing is said of it. */
    readonly retryAfterS: number | null = null,
  ) {
    super([detail || title, ...errors.map((error) => `${error.pointer}: ${error.detail}`)].join('\n'));
    this.name = 'ApiProblem';
  }
}

export class Unreachable extends Error {
  constructor(baseUrl: string, cause: unknown) {
    super(`${baseUrl} does not answer`, { cause });
    this.name = 'Unreachable';
  }
}
