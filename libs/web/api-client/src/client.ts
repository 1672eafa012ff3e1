import { mannered, type ClientOptions } from './fetching';

/** Calls by method and path, for callers that know what comes back. It knows no resource; `steadApi` does. */
export class SteadClient {
  private readonly fetch: (request: Request) => Promise<Response>;

  constructor(private readonly options: ClientOptions) {
    this.fetch = mannered(options);
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
    const text = await (await this.request(method, path, body, headers)).text();
    return (text === '' ? undefined : JSON.parse(text)) as T; // the API's documented answer
  }

  private request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    // Without a base, the path is one of the page's own server.
    return this.fetch(
      new Request(this.options.baseUrl + path, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }
}

function matching(ifMatch: string | undefined): Record<string, string> {
  return ifMatch === undefined ? {} : { 'if-match': ifMatch };
}
