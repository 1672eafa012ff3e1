import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InternalMapVersion } from '@stead/contracts/studio';
import { IDENTITY_HEADER, IdentitySigner } from '@stead/platform/auth';

/** Studio at the wire: it knows some versions of maps, and tells them to services that ask for their workspace. */
export class StudioStandIn {
  /** By `workspace version`. */
  readonly versions = new Map<string, InternalMapVersion>();
  away = false;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(identityKey: string): Promise<StudioStandIn> {
    const signer = new IdentitySigner(identityKey);
    const server = createServer((request, response) => {
      const actor = signer.verify(String(request.headers[IDENTITY_HEADER]));
      const versionId = /^\/internal\/map-versions\/([0-9a-f-]+)$/.exec(request.url ?? '')?.[1];
      const known = actor?.kind === 'system' ? studio.versions.get(`${actor.workspaceId} ${versionId}`) : undefined;
      const code = 'studio/map-version-not-found';
      const problem = {
        type: 'about:blank',
        title: 'No such version',
        status: 404,
        detail: '',
        instance: '/',
        code,
        traceId: 'x',
      };
      if (studio.away) response.writeHead(503).end();
      else if (known !== undefined) response.end(JSON.stringify(known));
      else response.writeHead(404, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const studio = new StudioStandIn(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`); // it listens on a port
    return studio;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
