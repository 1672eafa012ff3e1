export interface ClientOptions {
  baseUrl: string;
  /** An API key or an access token; none for public resources. */
  credential?: string;
  /** Tries of a request whose answer was lost or said "try again". POSTs carry a key, so a repetition is the same request. */
  triesMax?: number;
  fetch?: typeof fetch;
}

/** A failure as the API describes it (RFC 9457). */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly { pointer: string; detail: string }[],
    readonly traceId: string,
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

const TRIES_MAX = 5;
const BACKOFF_MS = 200;
const BACKOFF_MAX_MS = 3_000;
const RETRIED = new Set([429, 502, 503, 504]);

/** The HTTP manners of the API, once: credentials, idempotency keys, retries, problems. It knows no resource. */
export class SteadClient {
  private readonly triesMax: number;
  private readonly fetch: typeof fetch;

  constructor(private readonly options: ClientOptions) {
    this.triesMax = options.triesMax ?? TRIES_MAX;
    this.fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  get baseUrl(): string {
    return this.options.baseUrl;
  }

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }

  /** `key` makes repeated calls one; without it each call is a request of its own, and only its retries are one. */
  post<T>(path: string, body: unknown = {}, key: string = crypto.randomUUID()): Promise<T> {
    return this.send<T>('POST', path, body, { 'idempotency-key': key });
  }

  /** `ifMatch`: the entity tag of what the change was thought up for; it is refused when that has changed since. */
  put<T>(path: string, body: unknown, ifMatch?: string): Promise<T> {
    return this.send<T>('PUT', path, body, matching(ifMatch));
  }

  patch<T>(path: string, body: unknown, ifMatch?: string): Promise<T> {
    return this.send<T>('PATCH', path, body, matching(ifMatch));
  }

  delete(path: string, ifMatch?: string): Promise<void> {
    return this.send('DELETE', path, undefined, matching(ifMatch));
  }

  async text(path: string): Promise<string> {
    return (await this.request('GET', path)).text();
  }

  private async send<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const response = await this.request(method, path, body, headers);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T; // the API's documented answer
  }

  private async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const { baseUrl, credential } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      let response: Response;
      try {
        response = await this.fetch(baseUrl + path, {
          method,
          headers: {
            ...headers,
            ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      } catch (cause) {
        if (attempt >= this.triesMax) throw new Unreachable(baseUrl, cause);
        await pause(Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** attempt));
        continue;
      }
      if (response.ok) return response;
      const problem = await problemOf(response);
      const again = RETRIED.has(response.status) || problem.code === 'platform/idempotency-in-flight';
      if (!again || attempt >= this.triesMax) throw problem;
      await pause(Number(response.headers.get('retry-after') ?? 0) * 1000 || Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** attempt));
    }
  }
}

function matching(ifMatch: string | undefined): Record<string, string> {
  return ifMatch === undefined ? {} : { 'if-match': ifMatch };
}

async function problemOf(response: Response): Promise<ApiProblem> {
  let body: Record<string, unknown> = {};
  try {
    body = (await response.json()) as Record<string, unknown>; // read member by member below
  } catch {
    body = { title: response.statusText }; // something between us and the API answered
  }
  const text = (name: string): string => (typeof body[name] === 'string' ? body[name] : '');
  const errors = Array.isArray(body['errors']) ? (body['errors'] as { pointer: string; detail: string }[]) : [];
  return new ApiProblem(response.status, text('code'), text('title'), text('detail'), errors, text('traceId'));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
