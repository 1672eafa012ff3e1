import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { handle, type RequestEvent } from './http/handle';
import type { Credentials } from './signature/authenticate';
import { FolderStore } from './storage/folder-store';

/** A connection on which nothing moves for this long is dead. There is no limit on how long an upload may take. */
const IDLE_TIMEOUT_MS = 120_000;
const HEADERS_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
const HEADER_BYTES_MAX = 32 * 1024;
const CLOSE_GRACE_MS = 5_000;
/** An upload in parts that nobody completes would keep its bytes for ever. */
const UPLOAD_AGE_MAX_MS = 7 * 24 * 3600 * 1000;
const SWEEP_EVERY_MS = 3600 * 1000;

export interface LocalStoreOptions {
  /** Created when it is missing. One server per folder. */
  folder: string;
  host?: string;
  /** 0 takes a free one. */
  port: number;
  credentials: readonly Credentials[];
  region?: string;
  now?: () => number;
  /** Origins whose scripts may use presigned URLs; `*` is all of them. */
  corsOrigins?: readonly string[];
  onRequest?: (event: RequestEvent) => void;
}

export interface LocalStore {
  url: string;
  port: number;
  /** Lets running requests end for a moment, then ends them. */
  close(): Promise<void>;
}

/** Serves a folder as an S3 store at `http://<host>:<port>/<bucket>/<key>` (path style only). */
export async function startLocalStore(options: LocalStoreOptions): Promise<LocalStore> {
  const { host = '127.0.0.1', region = 'us-east-1', now = Date.now } = options;
  if (options.credentials.length === 0) throw new Error('A store without credentials could be used by nobody');
  const store = await FolderStore.open(options.folder);
  await store.expireUploads(now() - UPLOAD_AGE_MAX_MS);
  const service = {
    store,
    authority: { credentials: options.credentials, region, now },
    corsOrigins: options.corsOrigins ?? [],
    now,
    onRequest: options.onRequest ?? (() => undefined),
  };
  const running = new Set<Promise<void>>();
  const serve = (awaitsContinue: boolean) => (message: IncomingMessage, response: ServerResponse) => {
    const done = handle(service, message, response, awaitsContinue)
      // handle() answers every failure; what still throws is the caller's own onRequest.
      .catch(() => void response.destroy())
      .finally(() => running.delete(done));
    running.add(done);
  };
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 0,
    noDelay: true,
  });
  server.timeout = IDLE_TIMEOUT_MS;
  server.on('request', serve(false));
  server.on('checkContinue', serve(true));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, host, resolve);
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  // A sweep that fails, say on a full disk, is repeated by the next one.
  const sweep = setInterval(() => void store.expireUploads(now() - UPLOAD_AGE_MAX_MS).catch(() => undefined), SWEEP_EVERY_MS);
  sweep.unref();
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close: async () => {
      clearInterval(sweep);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const grace = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
      await closed;
      clearTimeout(grace);
      await Promise.allSettled(running);
      await store.close();
    },
  };
}
