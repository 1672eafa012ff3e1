import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { codeOf } from './error-code';

/**
 * Below the ports that systems hand out by themselves (Linux from 32768, macOS and IANA from 49152): between the look and the
 * use of such a port, any outgoing connection and any server on port 0 may get it.
 */
const FIRST = 20_000;
const LAST = 32_000;
const TRIES_MAX = 200;
const LISTENS_MAX = 4;

/** A free loopback port; `preferred` when nobody has it. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await portIsFree(preferred))) return preferred;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = randomInt(FIRST, LAST);
    if (await portIsFree(port)) return port;
  }
  throw new Error(`no free port was found between ${FIRST} and ${LAST}`);
}

/** Listens on a free port; on another one when somebody took it between the look and the use. */
export async function onFreePort<T>(preferred: number, listen: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listen(await freePort(attempt === 1 ? preferred : undefined));
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' || attempt >= LISTENS_MAX) throw error;
    }
  }
}

export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
