import { status, endsWith, isNamed, isPart, onWorkflow, onMade, onList, onEvents, once, of, type Json, type Wrong } from './bend';

/** What an API server can do wrong with objects, lists and watches. None of it disturbs the look of another check. */
export const WRONG_OBJECTS: readonly Wrong[] = [
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
];
