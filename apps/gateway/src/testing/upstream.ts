import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A service behind the gateway, as the network shows it. */
export class Upstream {
  readonly seen: IncomingMessage[] = [];
  url = '';
  private readonly server: Server = createServer((request, response) => {
    this.seen.push(request);
    this.handler(request, response);
  });

  constructor(public handler: Handler = (_request, response) => response.end('{}')) {}

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`; // a TCP server has such an address
    return this.url;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The only request that came. */
  get only(): IncomingMessage {
    const [request] = this.seen;
    if (request === undefined || this.seen.length > 1) throw new Error(`the service has seen ${this.seen.length} requests`);
    return request;
  }
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
