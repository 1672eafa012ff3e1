import type { Misbehaviour, ProxiedAnswer, ProxiedRequest } from './cluster-proxy';

/** What JSON of an API looks like to who bends it: the spec that uses it knows what it bends. */
type Json = { [member: string]: Json } & { [index: number]: Json };
const of = (value: unknown): Json => value as Json; // see above

/** A server that is wrong in one way, for the conformance tool to find. */
export interface Wrong {
  /** The check that has to say so. */
  id: string;
  how: Misbehaviour;
  /** What it says. */
  says: RegExp;
  outcome?: 'fail' | 'differs';
}

const status = (code: number, reason: string, details: object = {}): ProxiedAnswer => ({
  status: code,
  headers: { 'content-type': 'application/json' },
  body: { kind: 'Status', status: 'Failure', reason, message: `wrong on purpose: ${reason}`, code, details },
});

/** From the second time on: the first is the tool's own look before it begins. */
function later(
  how: (request: ProxiedRequest, answer: ProxiedAnswer) => void,
  applies: (request: ProxiedRequest) => boolean,
): Misbehaviour {
  let times = 0;
  return {
    answer: (request, answer) => {
      if (applies(request) && (times += 1) > 1) how(request, answer);
    },
  };
}

const reviewOf = ({ path, body }: ProxiedRequest): Json | null =>
  path.endsWith('/selfsubjectaccessreviews') ? of(of(of(body)['spec'])['resourceAttributes']) : null;

/** The cluster says that one verb on one resource is granted, or is not. */
function review(
  wanted: { verb: string; resource: string; subresource?: string; everywhere?: boolean },
  allowed: boolean,
): Misbehaviour {
  return {
    answer: (request, answer) => {
      const asked = reviewOf(request);
      if (asked === null || String(asked['verb']) !== wanted.verb || String(asked['resource']) !== wanted.resource) return;
      if (String(asked['subresource'] ?? '') !== (wanted.subresource ?? '')) return;
      if ((asked['namespace'] === undefined) !== (wanted.everywhere ?? false)) return;
      answer.body = { status: { allowed } };
    },
  };
}

/** A group that the cluster says it serves. */
const served = (name: string): Misbehaviour => ({
  answer: ({ path }, answer) => {
    if (path !== '/apis') return;
    const body = answer.body as { groups: object[] }; // of /apis
    answer.body = { ...body, groups: [...body.groups, { name, preferredVersion: { version: 'v1' } }] };
  },
});

const endsWith = ({ path }: ProxiedRequest, suffix: string): boolean =>
  /\/workflows\/stead-c-[0-9a-f]{8}-/.test(path) && path.endsWith(`-${suffix}`);
const isNamed = ({ body }: ProxiedRequest, suffix: string): boolean =>
  String(of(of(body ?? {})['metadata'] ?? {})['name'] ?? '').endsWith(`-${suffix}`);
const isPart = ({ query }: ProxiedRequest, part: string): boolean =>
  (query.get('labelSelector') ?? '').includes(`conformance-part=${part}`);

/** Bends the answer to a request for a workflow by the end of its name. */
const onWorkflow = (method: string, suffix: string, how: (body: Json, answer: ProxiedAnswer) => void): Misbehaviour => ({
  answer: (request, answer) => {
    if (request.method === method && endsWith(request, suffix) && answer.status === 200) how(of(answer.body), answer);
  },
});
const onMade = (suffix: string, how: (body: Json, answer: ProxiedAnswer) => void): Misbehaviour => ({
  answer: (request, answer) => {
    if (request.method === 'POST' && isNamed(request, suffix)) how(of(answer.body), answer);
  },
});
const onList = (part: string, how: (items: Json[], request: ProxiedRequest, answer: ProxiedAnswer) => void): Misbehaviour => ({
  answer: (request, answer) => {
    if (isPart(request, part)) how(((answer.body as { items?: Json[] }).items ??= []), request, answer);
  },
});
const onNode = (suffix: string, displayName: string, how: (node: Json) => void): Misbehaviour =>
  onWorkflow('GET', suffix, (body) => {
    const nodes = of(of(body['status'] ?? {})['nodes'] ?? {});
    const node = Object.values(nodes).find((one) => String(of(one)['displayName']) === displayName);
    if (node !== undefined) how(of(node));
  });
const onStatus = (suffix: string, change: object): Misbehaviour =>
  onWorkflow('GET', suffix, (body) => void (body['status'] !== undefined && Object.assign(body['status'], change)));
const onEvents = (part: string, how: (event: Json) => Json | null): Misbehaviour => ({
  event: (request, event) => (isPart(request, part) ? how(of(event)) : event),
});
const onPods = (how: (pods: Json[], request: ProxiedRequest) => void): Misbehaviour => ({
  answer: (request, answer) => {
    if (request.path.endsWith('/pods')) how(((answer.body as { items?: Json[] }).items ??= []), request);
  },
});
const annotated = (pods: Json[], ending: string): Json | undefined =>
  pods.find((pod) => String(of(of(pod['metadata'])['annotations'] ?? {})['workflows.argoproj.io/node-name']).endsWith(ending));

/** What an API server can do wrong. None of them disturbs the look of another check. */
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
    how: review({ verb: 'list', resource: 'nodepools', everywhere: true }, false),
    says: /may not list$/,
  },
  {
    id: 'access.nodeclaims',
    how: review({ verb: 'get', resource: 'nodeclaims', everywhere: true }, false),
    says: /may not get$/,
  },
  { id: 'access.resourceslices', how: served('resource.k8s.io'), says: /may not list, watch/ },
  { id: 'access.resourceclaims', how: {}, says: /may not list, watch/ },
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
    id: 'objects.create',
    how: onMade('create', (body) => delete of(of(body['metadata'])['labels'])['stead.dev/conformance-part']),
    says: /labels lost stead\.dev\/conformance-part/,
  },
  {
    id: 'objects.exists',
    how: onMade('exists', (body, answer) => answer.status === 409 && (body['reason'] = of('Conflict'))),
    says: /the reason is "Conflict"/,
  },
  {
    id: 'objects.dry-run',
    how: { request: (request) => void (isNamed(request, 'dry') && request.query.delete('dryRun')) },
    says: /the workflow was made/,
  },
  {
    id: 'objects.missing',
    how: {
      answer: (request, { body }) =>
        void (endsWith(request, 'missing') && request.method === 'GET' && delete of(body)['details']),
    },
    says: /details\.name is ""/,
  },
  {
    id: 'objects.name-63',
    how: {
      request: (request) =>
        request.method === 'POST' && /-name63x+$/.test(String(of(of(request.body)['metadata'] ?? {})['name']))
          ? status(422, 'Invalid')
          : undefined,
    },
    says: /it answered 422 Invalid/,
  },
  {
    id: 'objects.name-64',
    how: {
      answer: ({ method, path }, { body }) => {
        if (method !== 'GET' || !/-name64x+$/.test(path) || of(body)['metadata'] === undefined) return;
        Object.assign(of(of(body)['metadata'])['labels'] ?? {}, { 'workflows.argoproj.io/completed': 'true' });
        of(body)['status'] = of({ phase: 'Succeeded' });
      },
    },
    says: /it ran to its end/,
  },
  {
    id: 'objects.invalid-name',
    how: {
      answer: (request, answer) =>
        void (String(of(of(request.body ?? {})['metadata'] ?? {})['name']) === 'Not_A_Name' && (answer.status = 400)),
    },
    says: /it answered 400 Invalid/,
  },
  {
    id: 'objects.invalid-label',
    how: onMade('invalid-label', (body) => delete of(body['details'])['causes']),
    says: /the causes name nothing/,
  },
  {
    id: 'objects.invalid-spec',
    how: onMade('invalid-spec', (body) => (body['reason'] = of('Unknown'))),
    says: /it answered 422 Unknown/,
  },
  {
    id: 'objects.other-namespace',
    how: onMade('elsewhere', (_, answer) => Object.assign(answer, status(404, 'NotFound'))),
    says: /it answered 404 NotFound/,
  },
  {
    id: 'objects.delete-other',
    how: {
      request: (request) =>
        void (request.method === 'DELETE' && endsWith(request, 'delete-other') && delete of(request.body)['preconditions']),
    },
    says: /it answered 200/,
  },
  {
    id: 'objects.delete',
    how: once({
      request: (request) => (request.method === 'DELETE' && endsWith(request, 'delete') ? status(200, '') : undefined),
    }),
    says: /it can still be read: 200/,
  },
  {
    id: 'objects.inert',
    how: {
      answer: ({ query }, { body }) => {
        const { items = [] } = body as { items?: Json[] }; // of a list
        if (query.get('labelSelector')?.includes('controller-instanceid=') === true && items[0] !== undefined)
          items[0]['status'] = of({ phase: 'Running' });
      },
    },
    says: /of \d+ such workflows 1 have a status/,
  },
  {
    id: 'changes.spec-alone',
    how: onWorkflow(
      'GET',
      'spec-alone',
      (body) => void (of(body['spec'])['shutdown'] !== undefined && delete of(body['spec'])['ttlStrategy']),
    ),
    says: /another member of the spec is different/,
  },
  {
    id: 'changes.keep-status',
    how: onWorkflow(
      'GET',
      'fail',
      (body) => void (String(of(body['spec'])['shutdown']) === 'Terminate' && delete body['status']),
    ),
    says: /the status is different/,
  },
  {
    id: 'changes.other-uid',
    how: {
      request: (request) =>
        void (request.method === 'PATCH' && endsWith(request, 'other-uid') && delete of(request.body)['metadata']),
    },
    says: /it answered 200/,
  },
  {
    id: 'changes.right-uid',
    how: {
      request: (request) =>
        request.method === 'PATCH' && endsWith(request, 'right-uid') ? status(404, 'NotFound', { name: 'x' }) : undefined,
    },
    says: /the server says that it is not there/,
  },
  {
    id: 'changes.stale',
    how: {
      answer: (request, { body }) =>
        void (endsWith(request, 'stale') && of(body)['reason'] !== undefined && (of(body)['reason'] = of('AlreadyExists'))),
    },
    says: /the reason is "AlreadyExists"/,
  },
  {
    id: 'changes.missing',
    how: { request: (request) => (endsWith(request, 'patch-missing') ? status(405, 'MethodNotAllowed') : undefined) },
    says: /it answered 405/,
  },
  {
    id: 'lists.pages',
    how: onList('pages', (items, { query }) => void (query.get('continue') !== null && items.pop())),
    says: /the pages held stead-c-/,
  },
  {
    id: 'lists.selectors',
    how: onList('chosen', (items, { query }) => void (query.get('labelSelector')?.includes('!=1') === true && items.pop())),
    says: /"stead\.dev\/number!=1" chose stead-c-/,
  },
  {
    id: 'lists.metadata-only',
    how: onList('metadata', (items) => items.forEach((item) => (item['spec'] = of({})))),
    says: /an item has a spec/,
  },
  {
    id: 'lists.expired-token',
    how: {
      request: (request) =>
        isPart(request, 'expired') && request.query.get('continue') !== null ? status(500, 'InternalError') : undefined,
    },
    says: /it answered 500/,
  },
  {
    id: 'watches.from-version',
    how: onEvents('told', (event) => (String(event['type']) === 'MODIFIED' ? null : event)),
    says: /it told ADDED, DELETED/,
  },
  {
    id: 'watches.metadata-only',
    how: onEvents('slim', (event) => (Object.assign(event['object'] ?? {}, { spec: {} }), event)),
    says: /the object has a spec/,
  },
  {
    id: 'watches.selector',
    how: onEvents('leaves', (event) => (String(event['type']) === 'DELETED' ? of({ ...event, type: 'MODIFIED' }) : event)),
    says: /it told MODIFIED, ADDED/,
  },
  {
    id: 'watches.timeout',
    how: {
      request: ({ query }) =>
        void (
          query.get('labelSelector')?.includes('conformance-part=timeout') === true &&
          query.get('watch') !== null &&
          query.set('timeoutSeconds', '60')
        ),
    },
    says: /it was still open after/,
  },
  {
    id: 'watches.old-version',
    how: onEvents('old', (event) => (Object.assign(event['object'] ?? {}, { code: 500 }), event)),
    says: /the event says 500/,
  },
  {
    id: 'watches.bookmarks',
    how: {
      event: (_, event) => (
        event['type'] === 'BOOKMARK' && Object.assign(of(of(event['object'])['metadata']), { name: 'somebody' }),
        event
      ),
    },
    says: /the bookmark has a name: somebody/,
  },
  {
    id: 'watches.client',
    how: onEvents('heard', (event) => (String(event['type']) === 'ADDED' ? null : event)),
    says: /not heard within \d+ ms: ADDED/,
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
      answer: ({ path }, { body }) =>
        void (path.endsWith('/nodepools') && (of(body)['items'] = of([{ metadata: { name: 'gpu' }, spec: {} }]))),
    },
    says: /gpu has no limits/,
    outcome: 'differs',
  },
  { id: 'cluster.devices', how: {}, says: /\/resourceslices was answered with 403 Forbidden/ },
];

/** What a controller of Argo, or a kubelet, can do wrong. */
export const WRONG_CONTROLLERS: readonly Wrong[] = [
  { id: 'argo.succeeds', how: onStatus('pass', { progress: '0/0' }), says: /progress is 0\/0/ },
  {
    id: 'argo.labels',
    how: {
      event: (_, event) => {
        const labels = of(of(of(event['object'])['metadata'])['labels'] ?? {});
        if (String(labels['workflows.argoproj.io/completed']) === 'true') labels['workflows.argoproj.io/phase'] = of('Running');
        return event;
      },
    },
    says: /completed came before the end/,
  },
  {
    id: 'argo.nodes',
    how: onNode('pass', 'hello', (node) => delete node['templateName']),
    says: /the template of hello is not said/,
  },
  {
    id: 'argo.steps',
    how: onNode('pass', 'again(0)', (node) => (node['type'] = of('Container'))),
    says: /of the one that passes: again succeeded, hello succeeded/,
  },
  {
    id: 'argo.retries',
    how: onNode('pass', 'again', (node) => void (node['children'] as unknown as string[])?.reverse()),
    says: /its tries are again\(1\)/,
  },
  {
    id: 'argo.skipped',
    how: onNode('pass', 'unwanted', (node) => (node['phase'] = of('Succeeded'))),
    says: /unwanted is a Skipped that is Succeeded/,
  },
  {
    id: 'argo.exit-code',
    how: onNode('fail', 'broken(0)', (node) => delete node['outputs']),
    says: /the exit code is not said/,
  },
  {
    id: 'argo.pods',
    how: onPods(
      (pods) =>
        void delete of(of(annotated(pods, 'again(1)')?.['metadata'] ?? {})['annotations'] ?? {})['workflows.argoproj.io/node-id'],
    ),
    says: /no pod is annotated with .*again\(1\)/,
  },
  {
    id: 'argo.pod-metadata',
    how: onPods(
      (pods) => void delete of(of(annotated(pods, 'again(0)')?.['metadata'] ?? {})['labels'] ?? {})['stead.dev/conformance-pod'],
    ),
    says: /lacks the label or the annotation/,
  },
  {
    id: 'argo.host-node',
    how: onNode('pass', 'hello', (node) => (node['hostNodeName'] = of('elsewhere'))),
    says: /it says elsewhere, the pod ran on home-1/,
  },
  { id: 'argo.terminate', how: onStatus('terminate', { message: 'gone' }), says: /it says "gone"/ },
  {
    id: 'argo.stop',
    how: onWorkflow('GET', 'stop', (body) => delete of(body['spec'])['shutdown']),
    says: /spec\.shutdown is not there/,
  },
  { id: 'argo.deadline', how: onStatus('overdue', { phase: 'Succeeded' }), says: /it is Succeeded/ },
  { id: 'argo.no-template', how: onStatus('no-template', { message: 'no' }), says: /it says "no"/ },
  { id: 'argo.no-entrypoint', how: onStatus('no-entrypoint', { phase: 'Succeeded' }), says: /it is Succeeded/ },
  {
    id: 'argo.ttl',
    how: {
      request: ({ body }) =>
        void (
          /-briefx+$/.test(String(of(of(body ?? {})['metadata'] ?? {})['name'])) && delete of(of(body)['spec'])['ttlStrategy']
        ),
    },
    says: /not within \d+ s: the workflow was removed/,
  },
  {
    id: 'pods.log',
    how: {
      answer: ({ path, query }, answer) =>
        void (
          path.endsWith('/log') &&
          query.get('tailLines') === null &&
          query.get('limitBytes') === null &&
          answer.status === 200 &&
          (answer.body = 'lost\none\ntwo\nthree\n')
        ),
    },
    says: /the parameter arrived as lost/,
  },
  { id: 'pods.log-tail', how: { request: ({ query }) => void query.delete('tailLines') }, says: /tailLines=2 gave/ },
  {
    id: 'pods.log-missing',
    how: {
      answer: ({ path }, answer) => void (path.includes('-no-pod/log') && Object.assign(answer, status(400, 'BadRequest'))),
    },
    says: /it answered 400 BadRequest/,
  },
  { id: 'pods.log-follow', how: { logLine: (line) => (line === 'tick 1' ? null : line) }, says: /it gave tick 0, tick 2/ },
];

/** The first time alone. */
function once({ request: how }: Misbehaviour): Misbehaviour {
  let done = false;
  return {
    request: (request) => {
      const instead = done ? undefined : how?.(request);
      done ||= instead !== undefined;
      return instead;
    },
  };
}
