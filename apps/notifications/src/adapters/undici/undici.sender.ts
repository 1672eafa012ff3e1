import { Client, type buildConnector } from 'undici';
import { SendingStopped, WebhookSender, type Posting } from '../../application/webhook-ports';
import { readable, verdictOf, type TryResult } from '../../domain/answer';
import { AddressRefused } from './guarded-connector';

/** Of an answer that is read before the rest is left. */
const BODY_BYTES_MAX = 64 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;

/**
 * One connection per posting, closed at the end of it: each is checked by the connector, and a receiver that goes on sending has
 * nobody to send to. The time is for everything, from the name to the last byte: one byte a second gains nothing.
 */
export class UndiciWebhookSender extends WebhookSender {
  constructor(
    private readonly connect: buildConnector.connector,
    private readonly timeoutMs: number,
  ) {
    super();
  }

  async post({ url, headers, body }: Posting, stop: AbortSignal): Promise<TryResult> {
    const startedMs = performance.now();
    const timeout = AbortSignal.timeout(this.timeoutMs);
    const { origin, pathname, search } = new URL(url);
    const client = new Client(origin, { connect: this.connect, pipelining: 0, maxHeaderSize: HEADER_BYTES_MAX });
    let status: number | null = null;
    try {
      const response = await client.request({
        method: 'POST',
        path: pathname + search,
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'Stead-Webhooks/1' },
        body,
        signal: AbortSignal.any([timeout, stop]),
      });
      status = response.statusCode;
      const answer = readable(await beginningOf(response.body));
      return { ...verdictOf(status), status, ms: performance.now() - startedMs, answer };
    } catch (error) {
      if (stop.aborted) throw new SendingStopped();
      const failure = timeout.aborted
        ? { outcome: 'timeout' as const, detail: `There was no whole answer within ${this.timeoutMs / 1000} s` }
        : failureOf(error);
      return { ...failure, status, ms: performance.now() - startedMs, answer: null };
    } finally {
      client.destroy().catch(() => undefined); // whatever is left of the answer is not waited for
    }
  }
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= BODY_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).subarray(0, BODY_BYTES_MAX);
}

/** By code and never in the system's own words: those name addresses of inner networks. */
const CONNECTION_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name does not exist',
  EAI_AGAIN: 'The name could not be looked up',
  ECONNREFUSED: 'The connection was refused',
  ECONNRESET: 'The connection was cut',
  UND_ERR_SOCKET: 'The connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'No connection could be made in time',
  EHOSTUNREACH: 'The address cannot be reached',
  ENETUNREACH: 'The address cannot be reached',
  UND_ERR_HEADERS_OVERFLOW: 'The headers of the answer are too large',
  CERT_HAS_EXPIRED: 'The certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate is signed by nobody that is trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate is signed by nobody that is trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate comes without those that it is signed by',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another name',
};

function failureOf(error: unknown): Pick<TryResult, 'outcome' | 'detail'> {
  for (const cause of causesOf(error)) {
    if (cause instanceof AddressRefused)
      return { outcome: 'address-refused', detail: 'The name leads to an address that cannot be reached from the internet' };
  }
  const known = causesOf(error)
    .map((cause) => CONNECTION_WORDS[String(Reflect.get(cause, 'code'))])
    .find((words) => words !== undefined);
  return { outcome: 'connection', detail: known ?? 'The connection failed, or what came was no HTTP' };
}

const CAUSES_MAX = 10;

/** An error, what is behind it, and what it gathers: one that tried several addresses has one error of each. */
function causesOf(error: unknown): object[] {
  const found: object[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && found.length < CAUSES_MAX) {
    const next = waiting.shift();
    if (typeof next !== 'object' || next === null) continue;
    found.push(next);
    waiting.push(Reflect.get(next, 'cause'));
    if (next instanceof AggregateError) waiting.push(...(next.errors as unknown[]));
  }
  return found;
}
