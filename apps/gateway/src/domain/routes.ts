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
  'public-spaces': 'viewing',
  events: 'notifications',
};

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PUBLICATION_VIEW = new RegExp(`^/v1/publications/${UUID}$`);

/** The service that answers a request, or null where no such resource exists. Nothing leads to `/internal`. */
export function ownerOf(method: string, path: string): Upstream | null {
  if (path === '/.well-known/jwks.json') return 'workspaces';
  if (path.startsWith('/t/')) return 'viewing';
  // What consumers read of a publication is viewing's; what its provider does with it is studio's.
  if ((method === 'GET' || method === 'HEAD') && PUBLICATION_VIEW.test(path)) return 'viewing';
  const match = /^\/v1\/([a-z-]+)(?:\/|$)/.exec(path);
  const name = match?.[1] ?? '';
  return Object.hasOwn(OWNERS, name) ? (OWNERS[name] ?? null) : null;
}
