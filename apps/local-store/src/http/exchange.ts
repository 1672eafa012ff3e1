import type { IncomingMessage, ServerResponse } from 'node:http';
import { receiveBody, type Received } from '../body/receive-body';
import { bodyExpectations, tooLarge, type BodyExpectations } from '../body/body-expectations';
import { S3Error } from '../errors';
import type { Authenticated } from '../signature/authenticate';
import type { FolderStore } from '../storage/folder-store';
import type { S3Request } from './s3-request';
import { xmlDocument, type XmlContent } from './xml';

/** One authenticated request and the way to answer it. */
export class Exchange {
  constructor(
    readonly request: S3Request,
    /** Lower-case; those that a presigned URL carries as parameters included. */
    readonly headers: ReadonlyMap<string, string>,
    readonly auth: Authenticated,
    readonly store: FolderStore,
    readonly now: () => number,
    readonly response: ServerResponse,
    private readonly message: IncomingMessage,
    /** The client waits for a "100 Continue" before it sends its body. */
    private readonly awaitsContinue: boolean,
  ) {}

  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  /** Refuses a wrong announcement before the first byte. */
  expectBody(): BodyExpectations & { bytes: number } {
    return bodyExpectations(this.headers, this.auth.payload);
  }

  receive(expectations: BodyExpectations, sink: (chunk: Buffer) => Promise<void>): Promise<Received> {
    if (this.awaitsContinue) this.response.writeContinue();
    return receiveBody(bodyOf(this.message), expectations, this.auth, sink);
  }

  /** For documents, which are small. */
  async receiveText(bytesMax: number, checksumIsOf: 'body' | 'object' = 'body'): Promise<{ text: string; received: Received }> {
    const announced = this.expectBody();
    const expectations = checksumIsOf === 'body' ? announced : { ...announced, checksum: undefined };
    if (expectations.bytes > bytesMax) throw tooLarge(expectations.bytes, bytesMax);
    const chunks: Buffer[] = [];
    const received = await this.receive(expectations, async (chunk) => void chunks.push(chunk));
    return { text: Buffer.concat(chunks).toString('utf8'), received };
  }

  answer(status: number, headers: Readonly<Record<string, string>> = {}): void {
    const mayHaveBody = status !== 204 && status !== 304;
    this.response.writeHead(status, { ...(mayHaveBody ? { 'content-length': '0' } : {}), ...headers }).end();
  }

  answerXml(root: string, content: XmlContent, headers: Readonly<Record<string, string>> = {}): void {
    const body = Buffer.from(xmlDocument(root, content), 'utf8');
    this.response.writeHead(200, { 'content-type': 'application/xml', 'content-length': body.length, ...headers }).end(body);
  }

  /** A whole number within bounds, or the default when it is absent. */
  numberParameter(name: string, byDefault: number, min: number, max: number): number {
    const text = this.request.query.get(name);
    if (text === undefined || text === '') return byDefault;
    if (!/^\d{1,10}$/.test(text) || Number(text) < min)
      throw new S3Error('InvalidArgument', `${name} must be a number from ${min}.`, { ArgumentName: name });
    return Math.min(Number(text), max);
  }
}

/** Leaving the loop early must not close the socket: the error still has to be sent on it. */
export function bodyOf(message: IncomingMessage): AsyncIterable<Buffer> {
  return message.iterator({ destroyOnReturn: false });
}
