import { SteadClient } from '@stead/web/api-client';
import { createContext, useContext } from 'react';

const KEY = 'stead.key';

export interface Session {
  key: string;
  client: SteadClient;
  scopes: ReadonlySet<string>;
}

/** Who is signed in; there is somebody wherever this is asked for. */
export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('nobody is signed in');
  return session;
}

export class KeyRefused extends Error {}

/** Asks who a key is. Throws `KeyRefused` when nobody stands behind it. */
export async function openSession(key: string): Promise<Session> {
  const client = new SteadClient({ baseUrl: '', credential: key, triesMax: 2 });
  try {
    const { scopes } = await client.get<{ scopes: string[] }>('/v1/me');
    sessionStorage.setItem(KEY, key);
    return { key, client, scopes: new Set(scopes) };
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 401) throw new KeyRefused();
    throw error;
  }
}

export function endSession(): void {
  sessionStorage.removeItem(KEY);
  location.assign('/');
}

/** From the address's fragment, which never leaves the browser and is taken off at once, or from before. */
export function knownKey(): string | null {
  const fragment = new URLSearchParams(location.hash.slice(1)).get('key');
  if (fragment !== null) history.replaceState(null, '', location.pathname + location.search);
  return fragment ?? sessionStorage.getItem(KEY);
}
