import { createServer, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { PublicationView } from '@stead/contracts/viewing';
import { ROOM, ROOM_POINTS, smallTileset } from './small-tileset';

export const PUBLICATION = '3b241101-e2bb-4255-8caf-4136c566a962';

/** What the gateway does for the page, with switches: pages and assets, the publication, and tiles below tokens. */
export interface StandIn {
  url: string;
  /** Token that new answers carry; earlier ones are refused from now on. */
  rotate(token: string): void;
  /** `answer`: 200; `withdrawn`: 404; `preparing`: 503 not-ready; `down`: connections are cut. */
  publication: 'answer' | 'withdrawn' | 'preparing' | 'down';
  /** Tiles other than the tileset and the root are cut off while this is true. */
  detailDown: boolean;
  lifetimeMs: number;
  versionId: string;
  readonly tileRequests: { token: string; path: string; status: number }[];
  readonly publicationReads: number;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.glb': 'model/gltf-binary',
  '.json': 'application/json',
};
/** As the gateway says it. */
const POLICY =
  "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'";
const POSTER = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="64" height="48" fill="#876"/></svg>`;

export async function startStandIn(folder: string): Promise<StandIn> {
  const tiles = smallTileset();
  let token = 'first';
  const tileRequests: StandIn['tileRequests'] = [];
  let reads = 0;

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    void route(path, response).catch(() => response.destroy());
  });

  const route = async (path: string, response: ServerResponse): Promise<void> => {
    if (path === `/v1/publications/${PUBLICATION}`) return publication(response);
    const tile = /^\/t\/([^/]+)\/(.+)$/.exec(path);
    if (tile !== null) return file(tile[1] ?? '', tile[2] ?? '', response);
    if (path.startsWith('/v/')) return send(response, 200, '.html', await readFile(join(folder, 'index.html')));
    if (path === '/frame') return send(response, 200, '.html', Buffer.from(FRAME));
    if (path.startsWith('/viewer-assets/')) {
      const name = normalize(path.slice('/viewer-assets/'.length));
      return send(response, 200, extname(name), await readFile(join(folder, name)));
    }
    send(response, 404, '.json', Buffer.from('{}'));
  };

  const publication = (response: ServerResponse): void => {
    reads += 1;
    if (standIn.publication === 'down') return void response.destroy();
    if (standIn.publication === 'withdrawn')
      return send(response, 404, '.json', Buffer.from('{"code":"viewing/publication-not-found"}'));
    if (standIn.publication === 'preparing') {
      response.setHeader('retry-after', '1');
      return send(response, 503, '.json', Buffer.from('{"code":"viewing/publication-not-ready"}'));
    }
    send(response, 200, '.json', Buffer.from(JSON.stringify(view(token, standIn.versionId, standIn.lifetimeMs))));
  };

  const file = (asked: string, path: string, response: ServerResponse): void => {
    const answer = (status: number, body: Buffer): void => {
      tileRequests.push({ token: asked, path, status });
      send(response, status, extname(path), body);
    };
    if (asked !== token) return answer(403, Buffer.alloc(0));
    if (path === 'poster.svg') return answer(200, Buffer.from(POSTER));
    if (standIn.detailDown && path.includes('-')) return void response.destroy();
    const body = tiles.get(path);
    answer(body === undefined ? 404 : 200, body ?? Buffer.alloc(0));
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    rotate: (next) => void (token = next),
    publication: 'answer',
    detailDown: false,
    lifetimeMs: 900_000,
    versionId: '0d9b7a52-6a44-4b6c-9a35-0f2b1a5a8a10',
    tileRequests,
    get publicationReads() {
      return reads;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

function send(response: ServerResponse, status: number, ending: string, body: Buffer): void {
  response.writeHead(status, {
    'content-type': TYPES[ending] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
  });
  response.end(body);
}

function view(token: string, versionId: string, lifetimeMs: number): PublicationView {
  return {
    id: PUBLICATION,
    title: '작은 방 · A small room',
    visibility: 'link',
    versionId,
    posterUrl: `/t/${token}/poster.svg`,
    tilesetUrl: `/t/${token}/tiles/tileset.json`,
    planUrl: null,
    camerasUrl: null,
    expiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
    start: { position: [1, 0.4, 1.6], target: [4, 4, 1] },
    bounds: { min: [...ROOM.min], max: [...ROOM.max] },
    units: 'metre',
    quality: { grade: 'A', points: ROOM_POINTS, images: 20, registered: 19 },
    attribution: { builtAt: '2026-03-01T10:00:00.000Z', pipeline: 'space-map 1' },
  };
}

const FRAME = `<!doctype html><title>embedder</title>
<iframe src="/v/${PUBLICATION}?lang=en" sandbox="allow-scripts allow-same-origin" width="480" height="320"></iframe>`;
