import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { PlacePage } from '@stead/contracts/viewing';
import { frameAncestorsOf, placeDocument } from '../../domain/place-document';

export interface Pages {
  console: string;
  viewer: string;
  objectStoreOrigin: string | undefined;
  /** What is to be known of a place before its page is sent. */
  placeOf(placeId: string): Promise<PlacePage>;
}

/** Of an address that names no place: the page says so, and is framed by nobody. */
const NO_PLACE: PlacePage = { embedSites: [], card: null, listed: false };
const PLACE = /^\/v\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/i;

const YEAR_S = 31_536_000;

/** The console, the viewer and the API reference: files built beforehand, each with the policy that it needs. */
/** Addresses of the console's own pages. */
const CONSOLE_PAGES = [
  ...[
    '/',
    '/ops',
    '/ops/*',
    '/publications',
    '/publications/*',
    '/scenes',
    '/scenes/*',
    '/maps/*',
    '/runs/*',
    '/privacy',
    '/privacy/*',
  ],
  ...['/analytics', '/join', '/settings', '/settings/*'],
];

export async function installPages(fastify: FastifyInstance, folders: Pages): Promise<void> {
  const hashed = { maxAge: YEAR_S * 1000, immutable: true, index: false as const, decorateReply: false };
  const store = folders.objectStoreOrigin ?? '';
  const policy = (frameAncestors: string): string =>
    [
      "default-src 'self'",
      `connect-src 'self' ${store}`,
      `img-src 'self' data: blob: ${store}`,
      `media-src 'self' ${store}`,
      "style-src 'self' 'unsafe-inline'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "worker-src 'self' blob:",
      "object-src 'none'",
      "base-uri 'none'",
      `frame-ancestors ${frameAncestors}`,
    ].join('; ');
  const guarded = (reply: FastifyReply, frameAncestors: string): FastifyReply =>
    reply
      .header('content-security-policy', policy(frameAncestors))
      .header('cache-control', 'no-cache')
      .header('referrer-policy', 'same-origin');

  await fastify.register(fastifyStatic, { root: folders.console, serve: false });
  if (existsSync(folders.viewer)) {
    await fastify.register(fastifyStatic, { ...hashed, root: folders.viewer, prefix: '/viewer-assets/' });
    // The one file that other sites name in their pages: its name stays, so it is asked for again each time.
    fastify.get('/viewer-assets/embed.js', (_request, reply) =>
      reply
        .header('cross-origin-resource-policy', 'cross-origin')
        .header('access-control-allow-origin', '*')
        .header('cache-control', 'public, max-age=300')
        .sendFile('embed.js', folders.viewer, { cacheControl: false }),
    );
  }
  await fastify.register(fastifyStatic, { ...hashed, root: folders.console, prefix: '/console-assets/' });
  // Each page of the console has an address of its own, and all are one file that looks at it.
  for (const url of CONSOLE_PAGES)
    fastify.get(url, (_request, reply) => guarded(reply, "'none'").sendFile('index.html', folders.console));
  // A publication may be shown inside another site's page; which sites is for its provider to narrow.
  fastify.get('/v/*', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const placeId = PLACE.exec(path)?.[1]?.toLowerCase();
    // Where nobody knows, the page comes all the same: it says that nobody answers.
    const place = placeId === undefined ? NO_PLACE : await folders.placeOf(placeId).catch(() => NO_PLACE);
    const document = await readFile(join(folders.viewer, 'index.html'), 'utf8');
    const address = { origin: `${request.protocol}://${request.host}`, path };
    return guarded(reply, frameAncestorsOf(place))
      .type('text/html; charset=utf-8')
      .send(placeDocument(document, place, address));
  });

  const swagger = dirname(require.resolve('swagger-ui-dist/package.json'));
  await fastify.register(fastifyStatic, {
    ...hashed,
    root: swagger,
    prefix: '/docs/assets/',
    allowedPath: (path) => /\.(css|js|png)$/.test(path),
  });
  fastify.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(REFERENCE));
  fastify.get('/docs/start.js', (_request, reply) => reply.type('text/javascript').send(REFERENCE_START));
}

const REFERENCE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Stead API</title><link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="reference"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;
const REFERENCE_START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', persistAuthorization: false, tryItOutEnabled: true });`;
