export type Upstream = 'workspaces' | 'space-maps' | 'dispatcher' | 'studio' | 'viewing' | 'notifications';

/** First segment after `/v1/`, and the service that owns it. */
const OWNERS: Readonly<Record<string, Upstream>> = {
  'sign-up': 'workspaces',
  sessions: 'workspaces',
  me: 'workspaces',
  workspaces: 'workspaces',
  'api-keys': 'workspaces',
  captures: 'workspaces',
  'space-maps': 'space-maps',
  presets: 'space-maps',
  runs: 'dispatcher',
  clusters: 'dispatcher',
  publications: 'studio',
  scenes: 'studio',
  media: 'studio',
  privacy: 'studio',
  'blur-requests': 'studio',
  'public-spaces': 'viewing',
  visits: 'viewing',
  places: 'viewing',
  statistics: 'viewing',
  'map-versions': 'viewing',
  events: 'notifications',
  webhooks: 'notifications',
  // The back office; whoever owns a part of it is asked for that part below.
  platform: 'dispatcher',
};

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PUBLICATION_VIEW = new RegExp(`^/v1/publications/${UUID}(?:/statistics)?$`);

const LOCALIZE = new RegExp(`^/v1/publications/${UUID}/localize$`);

/** Segments that another reader of the path may take for a step up or for two segments: `..`, `%2e`, `%2f`, `%5c`, `%00`. */
const AMBIGUOUS = /\/(?:\.|%2e){1,2}(?:\/|$)|%2f|%5c|%00|\\/i;

/** The service that answers a request, or null where no such resource exists. Nothing leads to `/internal`. */
export function ownerOf(method: string, path: string): Upstream | null {
  if (AMBIGUOUS.test(path)) return null;
  if (path === '/.well-known/jwks.json') return 'workspaces';
  if (path.startsWith('/t/')) return 'viewing';
  // What consumers read of a publication is viewing's; what its provider does with it is studio's.
  if ((method === 'GET' || method === 'HEAD') && PUBLICATION_VIEW.test(path)) return 'viewing';
  if (method === 'POST' && LOCALIZE.test(path)) return 'viewing';
  if (/^\/v1\/platform\/workspaces(?:\/|$)/.test(path)) return 'workspaces';
  const match = /^\/v1\/([a-z-]+)(?:\/|$)/.exec(path);
  const name = match?.[1] ?? '';
  return Object.hasOwn(OWNERS, name) ? (OWNERS[name] ?? null) : null;
}

/** Whether pages of any origin may read it: what visitors see, and what describes the API itself. */
export function openToAnyPage(method: string, path: string): boolean {
  if (method === 'POST' && (path === '/v1/visits' || path === '/v1/blur-requests' || LOCALIZE.test(path))) return true;
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (path.endsWith('/statistics') || path.startsWith('/v1/statistics')) return false; // of visitors, for the owner
  return (
    path === '/openapi.json' ||
    path === '/.well-known/jwks.json' ||
    path.startsWith('/v1/blur-requests/') ||
    ownerOf(method, path) === 'viewing'
  );
}

/** Whether the answer goes on for as long as its caller listens. */
export function isStream(method: string, path: string): boolean {
  return method === 'GET' && path === '/v1/events';
}

/** MiB of a request's body. Files go to the store and not through here, but for a visitor's photo with the form around it. */
export function bodyMibMax(method: string, path: string): number {
  return method === 'POST' && LOCALIZE.test(path) ? 9 : 1;
}
