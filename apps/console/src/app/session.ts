import { SteadClient, type Credential, type paths } from '@stead/web/api-client';
import { createContext, useContext } from 'react';
import type { SignedIn } from './signed-in';

const KEY = 'stead.key';
type Me = paths['/v1/me']['get']['responses']['200']['content']['application/json'];

export interface Session {
  /** What requests say who they are with: an API key, or who knows the access token of now. */
  key: Credential;
  client: SteadClient;
  scopes: ReadonlySet<string>;
  workspaceId: string | null;
  /** Whose sign-in by e-mail it is; null for an API key, which is of one workspace and nobody's. */
  account: Account | null;
}

export interface Account extends NonNullable<Me['account']> {
  id: string;
  signIn: SignedIn;
}

/** Who is signed in; there is somebody wherever this is asked for. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('nobody is signed in');
  return session;
}

/** Why nobody is signed in any more. */
export type Notice = 'keyRefused' | 'unreachable' | 'ended';

export class KeyRefused extends Error {}

/** Asks who is behind it. Throws `KeyRefused` when nobody is. */
export async function openSession(key: Credential, signIn: SignedIn | null = null): Promise<Session> {
  const client = new SteadClient({ baseUrl: '', credential: key, triesMax: 2 });
  try {
    const { id, scopes, workspaceId, account } = await client.get<Me>('/v1/me');
    if (typeof key === 'string') sessionStorage.setItem(KEY, key);
    return {
      ...{ key, client, workspaceId, scopes: new Set(scopes) },
      account: account === null || signIn === null ? null : { ...account, id, signIn },
    };
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 401) throw new KeyRefused();
    throw error;
  }
}

export async function endSession({ account }: Session): Promise<void> {
  forgetKey();
  await account?.signIn.end();
  location.assign('/');
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEY);
}

/** From the address's fragment, which never leaves the browser and is taken off at once, or from before. */
export function knownKey(): string | null {
  const fragment = new URLSearchParams(location.hash.slice(1)).get('key');
  if (fragment !== null) history.replaceState(null, '', location.pathname + location.search);
  return fragment ?? sessionStorage.getItem(KEY);
}
