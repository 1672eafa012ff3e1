import { IDENTITY_HEADER } from '@stead/platform/auth';

export interface ApiCall {
  method: string;
  /** With the server's address before it. */
  url: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Signed, as the gateway forwards it; undefined for whoever has not signed in. */
  identity: string | undefined;
}

export interface ApiAnswer<Body> {
  status: number;
  etag: string;
  headers: Headers;
  /** What the test goes on to check. */
  body: Body;
}

/** Asks a service as the gateway would. */
export async function callApi<Body>({ method, url, body, headers = {}, identity }: ApiCall): Promise<ApiAnswer<Body>> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(identity === undefined ? {} : { [IDENTITY_HEADER]: identity }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // Files are told by their status and headers.
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    ...{ status: response.status, etag: response.headers.get('etag') ?? '', headers: response.headers },
    body: (isJson && text !== '' ? JSON.parse(text) : {}) as Body,
  };
}
