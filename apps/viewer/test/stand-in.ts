import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { createBlurRequestBody, type BlurRequestStatus, type CreateBlurRequestBody } from '@stead/contracts/studio';
import { visitEventsBody, type PublicationView } from '@stead/contracts/viewing';
import { smallPhotos } from './small-photos';
import { IDS, sceneFiles } from './small-scene';
import { smallSplats, SPLATS_COUNT, SPLATS_MATRIX, type SplatFormat } from './small-splats';
import { ROOM, ROOM_POINTS, smallTileset } from './small-tileset';

export const PUBLICATION = '3b241101-e2bb-4255-8caf-4136c566a962';
/** A share link of it. */
export const LINK = '9c858901-8a57-4791-81fe-4c455b099bc9';
/** The address of a request to be covered. */
export const REQUEST = '7f9c24e8-3b12-4fef-91e0-2c4a1b5d6e7f';
export const PASSWORD = 'open sesame';
export const MEMBER_KEY = 'stk_member';

/** What the gateway does for the page, with switches: pages and assets, visits, and files below tokens. */
export interface StandIn {
  url: string;
  /** Token that new answers carry; earlier ones are refused from now on. */
  rotate(token: string): void;
  /** `answer`: 200; `down`: connections are cut; `password`, `members`: to who has them; others: the problem of their name. */
  publication: 'answer' | 'down' | 'password' | 'members' | keyof typeof PROBLEMS;
  /** Visits that were given until now are not known any more. */
  forgetVisits(): void;
  /** Tiles other than the tileset and the root are cut off while this is true. */
  detailDown: boolean;
  lifetimeMs: number;
  versionId: string;
  access: 'full' | 'preview';
  /** A file of splats that the room has; null without. `broken` holds none. */
  splats: SplatFormat | 'broken' | null;
  /** Whether the photos may be looked at. */
  photos: boolean;
  /** Whether anything hangs in the room. */
  scene: boolean;
  /** `answer`: requests to be covered are taken; `full`, `down`: as the name says. */
  requests: 'answer' | 'full' | 'down';
  /** What has become of them. */
  requestState: Pick<BlurRequestStatus, 'state' | 'answer' | 'answeredAt'>;
  readonly asked: CreateBlurRequestBody[];
  readonly tileRequests: { token: string; path: string; status: number }[];
  readonly publicationReads: number;
  readonly visitsOpened: number;
  /** What pages have told of visits. */
  readonly told: { visit: string; events: { what: string }[] }[];
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.glb': 'model/gltf-binary',
  '.json': 'application/json',
  '.wav': 'audio/wav',
  '.webp': 'image/webp',
};
/** As the gateway says it. */
const POLICY =
  "default-src 'self'; connect-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'";
const POSTER = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="64" height="48" fill="#8a7766"/><rect y="30" width="64" height="18" fill="#b59b78"/><rect x="36" y="22" width="14" height="14" fill="#d6a52a"/></svg>`;

const PROBLEMS = {
  withdrawn: [404, 'viewing/publication-not-found'],
  preparing: [503, 'viewing/publication-not-ready'],
  paid: [402, 'viewing/payment-required'],
  'link-expired': [403, 'viewing/link-expired'],
  'link-used-up': [403, 'viewing/link-used-up'],
} as const;
const WRONG_PASSWORDS_MAX = 2;

export async function startStandIn(folder: string): Promise<StandIn> {
  const tiles = new Map([...smallTileset(), ...sceneFiles(), ...(await smallPhotos())]);
  let token = 'first';
  let generation = 0;
  let [reads, opened, wrong] = [0, 0, 0];
  const tileRequests: StandIn['tileRequests'] = [];

  const server = createServer((request, response) => {
    void route(request, response).catch(() => response.destroy());
  });

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
    if (path === '/v1/visits' && request.method === 'POST') return openVisit(request, response);
    if (path === '/v1/visits/events') {
      standIn.told.push(visitEventsBody.parse(JSON.parse(await textOf(request))));
      return send(response, 202, '.json', Buffer.alloc(0));
    }
    if (path === '/v1/blur-requests' && request.method === 'POST') return ask(request, response);
    if (path.startsWith('/v1/blur-requests/')) return requestStatus(path, response);
    if (path === `/v1/publications/${PUBLICATION}`) return publication(request, response);
    const tile = /^\/t\/([^/]+)\/(.+)$/.exec(path);
    if (tile !== null) return file(tile[1] ?? '', tile[2] ?? '', response);
    if (path.startsWith('/v/')) return send(response, 200, '.html', await readFile(join(folder, 'index.html')));
    if (path === '/') return send(response, 200, '.html', Buffer.from('<!doctype html><title>console</title>'));
    if (path === '/frame') return send(response, 200, '.html', Buffer.from(FRAME));
    if (path === '/elsewhere') return send(response, 200, '.html', Buffer.from(ELSEWHERE));
    if (path.startsWith('/viewer-assets/')) {
      const name = normalize(path.slice('/viewer-assets/'.length));
      return send(response, 200, extname(name), await readFile(join(folder, name)));
    }
    problem(response, 404, 'platform/not-found');
  };

  const openVisit = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { place, password } = JSON.parse(await textOf(request)) as { place: string; password?: string };
    opened += 1;
    if (place !== PUBLICATION && place !== LINK) return problem(response, 404, 'viewing/publication-not-found');
    if (standIn.publication === 'password' && password !== PASSWORD) {
      if (password === undefined) return problem(response, 401, 'viewing/password-required');
      wrong += 1;
      if (wrong > WRONG_PASSWORDS_MAX) return problem(response.setHeader('retry-after', '4'), 429, 'platform/rate-limited');
      return problem(response, 403, 'viewing/password-wrong');
    }
    if (refused(request, response)) return;
    send(response, 200, '.json', Buffer.from(JSON.stringify({ visit: `visit-${generation}`, publication: viewNow() })));
  };

  const ask = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (standIn.requests === 'down') return void response.destroy();
    if (standIn.requests === 'full') return problem(response, 429, 'studio/too-many-blur-requests');
    standIn.asked.push(createBlurRequestBody.parse(JSON.parse(await textOf(request))));
    requestStatus(`/v1/blur-requests/${REQUEST}`, response);
  };

  const requestStatus = (path: string, response: ServerResponse): void => {
    if (standIn.requests === 'down') return void response.destroy();
    if (!path.endsWith(REQUEST)) return problem(response, 404, 'studio/blur-request-not-found');
    const times = { receivedAt: '2026-03-01T12:00:00.000Z', answerBy: '2026-03-31T12:00:00.000Z' };
    send(response, 200, '.json', Buffer.from(JSON.stringify({ id: REQUEST, ...times, ...standIn.requestState })));
  };

  const publication = (request: IncomingMessage, response: ServerResponse): void => {
    reads += 1;
    const known = request.headers['stead-visit'] === `visit-${generation}`;
    if (standIn.publication === 'password' && !known) return problem(response, 401, 'viewing/password-required');
    if (refused(request, response)) return;
    if (!known) return problem(response, 404, 'viewing/publication-not-found');
    send(response, 200, '.json', Buffer.from(JSON.stringify(viewNow())));
  };

  /** Whether the answer was a no. */
  const refused = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { publication: state } = standIn;
    if (state === 'answer' || state === 'password') return false;
    if (state === 'down') response.destroy();
    else if (state === 'members') {
      const { authorization } = request.headers;
      if (authorization === `Bearer ${MEMBER_KEY}`) return false;
      if (authorization === undefined) problem(response, 401, 'viewing/sign-in-required');
      else problem(response, 403, 'viewing/members-only');
    } else {
      const [status, code] = PROBLEMS[state];
      problem(response.setHeader('retry-after', '1'), status, code);
    }
    return true;
  };

  const viewNow = (): PublicationView => view(token, standIn);

  const file = async (asked: string, path: string, response: ServerResponse): Promise<void> => {
    const answer = (status: number, body: Buffer): void => {
      tileRequests.push({ token: asked, path, status });
      send(response, status, extname(path), body);
    };
    if (asked !== token) return answer(403, Buffer.alloc(0));
    if (path === 'poster.svg') return answer(200, Buffer.from(POSTER));
    if (standIn.detailDown && path.startsWith('tiles/') && path.includes('-')) return void response.destroy();
    const body = path.startsWith('splat/') ? await smallSplats(path.slice('splat/place.'.length)) : tiles.get(path);
    answer(body === undefined ? 404 : 200, body ?? Buffer.alloc(0));
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on TCP
    rotate: (next) => void (token = next),
    publication: 'answer',
    forgetVisits: () => void (generation += 1),
    detailDown: false,
    lifetimeMs: 900_000,
    versionId: '0d9b7a52-6a44-4b6c-9a35-0f2b1a5a8a10',
    access: 'full',
    splats: null,
    photos: true,
    scene: false,
    requests: 'answer',
    requestState: { state: 'received', answer: null, answeredAt: null },
    asked: [],
    tileRequests,
    told: [],
    get publicationReads() {
      return reads;
    },
    get visitsOpened() {
      return opened;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

function problem(response: ServerResponse, status: number, code: string): void {
  send(response, status, '.json', Buffer.from(JSON.stringify({ title: code, status, code })));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // an IncomingMessage without an encoding gives nothing else
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, ending: string, body: Buffer): void {
  response.writeHead(status, {
    'content-type': TYPES[ending] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
  });
  response.end(body);
}

function view(token: string, { versionId, lifetimeMs, scene, access, splats, photos }: StandIn): PublicationView {
  const below = (path: string): string => `/t/${token}/${path}`;
  return {
    id: PUBLICATION,
    title: '작은 방 · A small room',
    visibility: 'link',
    versionId,
    posterUrl: below('poster.svg'),
    tilesetUrl: below('tiles/tileset.json'),
    planUrl: scene ? below('plan.svg') : null,
    downloadUrl: scene ? below('download.zip') : null,
    photos,
    camerasUrl: scene ? below('cameras.json') : null,
    access,
    splat: splats === null ? null : { url: below(`splat/place.${splats}`), matrix: SPLATS_MATRIX, count: SPLATS_COUNT },
    sceneUrl: scene ? below('scene/scene.json') : null,
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

/** Another site's page with the element that we give it. */
const ELSEWHERE = `<!doctype html><html lang="en"><title>elsewhere</title>
<script src="/viewer-assets/embed.js" defer></script>
<stead-space src="/v/${PUBLICATION}" lang="ko" title="A small room" data-hotspot="${IDS.table}"></stead-space>`;
