import { S3Client } from '@aws-sdk/client-s3';
import type { ObjectStoreConfig } from './object-store-config';

const CONNECT_TIMEOUT_MS = 5_000;
const ATTEMPTS_MAX = 2;
/** Bodies that are being read hold a socket each; fewer than the readers of one process would make them wait for each other. */
const SOCKETS_MAX = 128;

/**
 * Checksums only where S3 demands them. The SDK's default (a CRC32 on everything) would declare CRC32 for multipart uploads,
 * whose parts S3 then refuses when a browser sends them without one; and several stores that are not Amazon's do not know
 * the trailers. Nothing is lost: a body sent from here is signed with its SHA-256, which the store checks.
 */
export function s3Client(config: ObjectStoreConfig, idleTimeoutMs: number): S3Client {
  return new S3Client({
    endpoint: config.endpoint,
    region: config.region,
    forcePathStyle: config.forcePathStyle,
    credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: ATTEMPTS_MAX,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: idleTimeoutMs,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    },
  });
}
