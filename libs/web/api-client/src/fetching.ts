import { ApiProblem, Unreachable } from './problems';

/** An API key or an access token, or who knows the one of now. `refused`: the one that the server has just not taken. */
export type Credential = string | ((refused?: string) => Promise<string>);

export interface ClientOptions {
  baseUrl: string;
  /** None for public resources. */
  credential?: Credential;
  /** Tries of a request whose answer was lost or said "try again". POSTs carry a key, so a repetition is the same request. */
  triesMax?: number;
  fetch?: typeof fetch;
}

const TRIES_MAX = 5;
const BACKOFF_MS = 200;
const BACKOFF_MAX_MS = 3_000;
const RETRIED = new Set([429, 502, 503, 504]);

/** The HTTP manners of the API, once: credentials, retries, problems. Throws `ApiProblem` and `Unreachable`. */
export function mannered({
  baseUrl,
  credential,
  triesMax = TRIES_MAX,
  ...options
}: ClientOptions): (request: Request) => Promise<Response> {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  return async (request) => {
    let bearer = typeof credential === 'function' ? await credential() : credential;
    let asked = false;
    for (let attempt = 1; ; attempt += 1) {
      if (bearer !== undefined) request.headers.set('authorization', `Bearer ${bearer}`);
      let response: Response;
      try {
        response = await send(request.clone());
      } catch (cause) {
        if (attempt >= triesMax) throw new Unreachable(baseUrl, cause);
        await pause(Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** attempt));
        continue;
      }
      if (response.ok) return response;
      if (response.status === 401 && typeof credential === 'function' && !asked) {
        asked = true;
        bearer = await credential(bearer);
        continue;
      }
      const problem = await problemOf(response);
      const again = RETRIED.has(response.status) || problem.code === 'platform/idempotency-in-flight';
      if (!again || attempt >= triesMax) throw problem;
      await pause(Number(response.headers.get('retry-after') ?? 0) * 1000 || Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** attempt));
    }
  };
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
  const waitS = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterS = Number.isFinite(waitS) ? waitS : null;
  return new ApiProblem(response.status, text('code'), text('title'), text('detail'), errors, text('traceId'), retryAfterS);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
