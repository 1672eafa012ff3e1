import { IdentitySigner, type Actor } from '@stead/platform/auth';
import { callApi } from '@stead/testing/servers';

export interface OfficeAnswer<T> {
  status: number;
  headers: Headers;
  /** What the test goes on to check. */
  body: T & {
    code?: string;
    detail?: string;
    requiredScope?: string;
    finding?: string;
    errors?: { pointer: string; detail: string }[];
  };
}

export const OPERATOR: Actor = {
  kind: 'user',
  id: '0190a000-0000-7000-8000-00000000000a',
  workspaceId: null,
  scopes: [
    ...['platform:clusters:read', 'platform:clusters:write', 'platform:queue:read', 'platform:queue:write'],
    ...['platform:rules:read', 'platform:rules:write', 'platform:audit:read'],
  ],
};

/** Asks a dispatcher's API as the gateway would for an operator. */
export class OfficeClient {
  private readonly signer: IdentitySigner;

  constructor(
    private readonly base: string,
    identityKey: string,
  ) {
    this.signer = new IdentitySigner(identityKey);
  }

  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    actor: Actor = OPERATOR,
  ): Promise<OfficeAnswer<T>> {
    const url = `${this.base}/v1/platform${path}`;
    return callApi<OfficeAnswer<T>['body']>({ method, url, body, headers, identity: this.signer.sign(actor) });
  }

  get<T>(path: string): Promise<OfficeAnswer<T>> {
    return this.call<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}): Promise<OfficeAnswer<T>> {
    return this.call<T>('POST', path, body);
  }
}
