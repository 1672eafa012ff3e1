import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type Socket } from 'node:net';
import type { KeyAndCertificate } from './self-signed';

const TLS_HANDSHAKE = 0x16;
const FIRST_BYTE_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;

export interface TwoWayServer {
  port: number;
  /** Ends every connection, and resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * HTTP and HTTPS on one port, told apart by the first byte: kubectl sends its token over TLS only, and whoever is on the
 * same machine may leave the encryption out.
 */
export async function listenTwoWay(
  handle: RequestListener,
  tls: KeyAndCertificate,
  host: string,
  port: number,
): Promise<TwoWayServer> {
  const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, noDelay: true };
  const plain = createHttp(options, handle);
  const secure = createHttps({ ...options, key: tls.keyPem, cert: tls.certificatePem }, handle);
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(FIRST_BYTE_TIMEOUT_MS, () => socket.destroy());
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null; // bytes, because no encoding was set
      if (first === null) return;
      socket.setTimeout(0).removeAllListeners('timeout');
      socket.unshift(first);
      (first[0] === TLS_HANDSHAKE ? secure : plain).emit('connection', socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
