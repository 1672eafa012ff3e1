/** How the engine gets at files: the page that holds the engine knows where they are and how to be let in again. */
export interface TileAccess {
  readonly tilesetUrl: string;
  /** The address at which a file can be had now. */
  resolve(url: string): string;
  /** Asks to be let in again after a refusal; false when there is nothing more to see. */
  renew(): Promise<boolean>;
}

/** The network or the server is away. Trying again later may help. */
export class TilesUnreachable extends Error {
  override readonly name = 'TilesUnreachable';
}
/** The files are not there for us any more. */
export class TilesRefused extends Error {
  override readonly name = 'TilesRefused';
}

const TRIES_MAX = 4;
const WAIT_FIRST_MS = 400;
const REFUSALS = new Set([401, 403, 404, 410]);
const LATER = new Set([408, 425, 429, 500, 502, 503, 504]);

export type Fetch = (url: string, options: RequestInit) => Promise<Response>;
export type Wait = (ms: number, signal: AbortSignal | null) => Promise<void>;

/** A fetch that gets over short outages, and over a prefix whose time has run out. */
export async function fetchTile(
  access: TileAccess,
  url: string,
  options: RequestInit,
  fetchFile: Fetch = (address, init) => fetch(address, init),
  wait: Wait = pause,
): Promise<Response> {
  let renewed = false;
  let lastError: unknown;
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    try {
      const answer = await fetchFile(access.resolve(url), options);
      if (answer.ok) return answer;
      if (REFUSALS.has(answer.status)) {
        if (renewed || !(await access.renew())) throw new TilesRefused(`${answer.status} for ${url}`);
        renewed = true;
        continue;
      }
      if (!LATER.has(answer.status)) throw new TilesRefused(`${answer.status} for ${url}`);
      lastError = new Error(`status ${answer.status}`);
    } catch (error) {
      if (error instanceof TilesRefused || isAbort(error)) throw error;
      lastError = error;
    }
    if (attempt < TRIES_MAX) await wait(WAIT_FIRST_MS * 2 ** (attempt - 1), options.signal ?? null);
  }
  throw new TilesUnreachable(`${url} did not come after ${TRIES_MAX} tries`, { cause: lastError });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function pause(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = (): void => reject(signal?.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'));
    if (signal?.aborted === true) return give();
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    const onAbort = (): void => {
      clearTimeout(timer);
      give();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
