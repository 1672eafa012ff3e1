import { answering, both, status, later, review, served, onPods, of, type Wrong } from './bend';

/** What an API server, its Role and its nodes can do wrong. None of it disturbs the look of another check. */
export const WRONG_SERVERS: readonly Wrong[] = [
  {
    id: 'server.ready',
    how: { request: ({ path }) => (path === '/readyz' ? status(500, 'InternalError') : undefined) },
    says: /it answered 500/,
  },
  {
    id: 'server.version',
    how: later(
      (_, answer) => (answer.body = {}),
      ({ path }) => path === '/version',
    ),
    says: /without a gitVersion/,
  },
  {
    id: 'server.workflows',
    how: {
      answer: ({ path }, { body }) => {
        if (path !== '/apis/argoproj.io/v1alpha1') return;
        const { resources } = body as { resources: { verbs: string[] }[] }; // of discovery
        for (const resource of resources) resource.verbs = resource.verbs.filter((verb) => verb !== 'watch');
      },
    },
    says: /workflows lacks watch/,
  },
  {
    id: 'server.clock',
    how: later(
      (_, { headers }) => (headers['date'] = new Date(Date.now() + 600_000).toUTCString()),
      ({ path }) => path === '/version',
    ),
    says: /clock is off by (599|600)/,
    outcome: 'differs',
  },
  {
    id: 'server.wrong-token',
    how: {
      request: ({ headers }) =>
        headers['authorization']?.includes('a-token-that-is-none') === true ? status(403, 'Forbidden') : undefined,
    },
    says: /it answered 403 Forbidden/,
  },
  {
    id: 'server.throttling',
    how: later(
      (_, answer) => Object.assign(answer, status(429, 'TooManyRequests')),
      ({ path }) => path.includes('/workflowtemplates/stead-conformance-v1'),
    ),
    says: /have no Retry-After/,
  },
  { id: 'access.workflows', how: review({ verb: 'patch', resource: 'workflows' }, false), says: /may not patch$/ },
  {
    id: 'access.workflowtemplates',
    how: review({ verb: 'watch', resource: 'workflowtemplates' }, false),
    says: /may not watch$/,
  },
  { id: 'access.pods', how: review({ verb: 'get', resource: 'pods' }, false), says: /may not get$/ },
  {
    id: 'access.pods-log',
    how: review({ verb: 'get', resource: 'pods', subresource: 'log' }, false),
    says: /nothing of it is granted/,
  },
  {
    id: 'access.events',
    // Granted, it says, and refused all the same.
    how: {
      request: ({ path, query }) =>
        path.endsWith('/events') && query.get('limit') === '1' ? status(403, 'Forbidden') : undefined,
    },
    says: /list was answered with 403 Forbidden/,
  },
  { id: 'access.nodes', how: review({ verb: 'watch', resource: 'nodes', everywhere: true }, false), says: /may not watch$/ },
  { id: 'access.all-pods', how: review({ verb: 'list', resource: 'pods', everywhere: true }, false), says: /may not list$/ },
  {
    id: 'access.nodepools',
    how: both(served('karpenter.sh'), review({ verb: 'list', resource: 'nodepools', everywhere: true }, false)),
    says: /may not list$/,
  },
  {
    id: 'access.nodeclaims',
    how: review({ verb: 'get', resource: 'nodeclaims', everywhere: true }, false),
    says: /may not get$/,
  },
  {
    id: 'access.resourceslices',
    how: review({ verb: 'list', resource: 'resourceslices', everywhere: true }, false),
    says: /may not list$/,
  },
  {
    id: 'access.resourceclaims',
    how: review({ verb: 'watch', resource: 'resourceclaims', everywhere: true }, false),
    says: /may not watch$/,
  },
  {
    id: 'access.deviceclasses',
    how: review({ verb: 'list', resource: 'deviceclasses', everywhere: true }, false),
    says: /may not list$/,
  },
  {
    id: 'access.resourceclaimtemplates',
    how: review({ verb: 'get', resource: 'resourceclaimtemplates' }, false),
    says: /may not get$/,
  },
  { id: 'access.no-secrets', how: review({ verb: 'list', resource: 'secrets' }, true), says: /list is granted, and must not be/ },
  {
    id: 'access.no-all-secrets',
    how: review({ verb: 'list', resource: 'secrets', everywhere: true }, true),
    says: /list is granted/,
  },
  {
    id: 'access.no-pods-exec',
    how: { request: ({ path }) => (path.endsWith('/exec') ? status(400, 'BadRequest') : undefined) },
    says: /create was answered with 400 BadRequest/,
  },
  {
    id: 'access.other-namespaces',
    how: { request: ({ path }) => (path.includes('/namespaces/kube-system/workflows') ? status(404, 'NotFound') : undefined) },
    says: /it answered 404 NotFound/,
  },
  {
    id: 'cluster.nodes',
    how: {
      answer: ({ path, query }, { body }) =>
        void (
          path === '/api/v1/nodes' &&
          query.get('limit') === '500' &&
          delete of(of(of(of(of(body)['items'])[0])['status'])['allocatable'])['cpu']
        ),
    },
    says: /allocatable of home-1 lacks cpu/,
  },
  {
    id: 'cluster.pods',
    how: onPods(
      (pods, { query }) => void (query.get('limit') === '500' && query.get('labelSelector') === null && pods.push(of({}))),
    ),
    says: /could not be looked at/,
  },
  {
    id: 'cluster.active-pods',
    how: {
      request: ({ path, query }) =>
        void (path === '/api/v1/pods' && query.get('labelSelector') !== null && query.delete('fieldSelector')),
    },
    says: /the list holds .*, .*, and one pod runs/,
  },
  {
    id: 'cluster.events',
    how: { request: ({ path, query }) => void (path.endsWith('/events') && query.delete('fieldSelector')) },
    says: /an event of stead-c-.* is among them/,
  },
  {
    id: 'cluster.karpenter',
    how: {
      request: ({ path }) => {
        if (path.endsWith('/nodepools')) return answering({ items: [{ metadata: { name: 'gpu' }, spec: {} }] });
        return path.endsWith('/nodeclaims') ? answering({ items: [] }) : undefined;
      },
    },
    says: /gpu has no limits/,
    outcome: 'differs',
  },
  {
    id: 'cluster.devices',
    how: {
      request: ({ path, query }) =>
        path.endsWith('/resourceslices') && query.get('limit') === '500' ? status(403, 'Forbidden') : undefined,
    },
    says: /\/resourceslices was answered with 403 Forbidden/,
  },
];
