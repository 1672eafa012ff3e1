import { NAMESPACE, startTestCluster, type TestCluster } from '../testing/test-cluster';
import { aScript } from '../testing/workflows';

const WORKFLOWS = `/apis/argoproj.io/v1alpha1/namespaces/${NAMESPACE}/workflows`;
const asDispatcher = { as: 'dispatcher' } as const;

let cluster: TestCluster;
beforeAll(async () => (cluster = await startTestCluster()));
afterEach(() => cluster.admin('DELETE', '/faults'));
afterAll(() => cluster.close());

async function mayDispatcher(resourceAttributes: object): Promise<unknown> {
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const { body } = await cluster.api('POST', path, { spec: { resourceAttributes } }, asDispatcher);
  return (body['status'] as { allowed: boolean }).allowed; // what a review answers
}

test.each([
  [
    'a group that is not there',
    'GET',
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    'priorityclasses.scheduling.k8s.io is forbidden',
  ],
  ['a shell in a pod', 'POST', `/api/v1/namespaces/${NAMESPACE}/pods/x/exec`, 'cannot create resource "pods/exec"'],
  ['another namespace', 'GET', `/apis/argoproj.io/v1alpha1/namespaces/other/workflows`, 'in the namespace "other"'],
])('whether %s is there is told to nobody who may not ask', async (_, method, path, words) => {
  const { status, body } = await cluster.api(method, path, undefined, asDispatcher);
  expect({ status, reason: body['reason'] }).toEqual({ status: 403, reason: 'Forbidden' });
  expect(body['message']).toContain(words);
});

test('and to who may, that it is not', async () => {
  expect((await cluster.api('GET', '/apis/scheduling.k8s.io/v1/priorityclasses')).body).toMatchObject({ code: 404 });
});

test('a right holds for a group: a resource of the same name in another group is another one', async () => {
  const asked = { verb: 'create', resource: 'workflows', namespace: NAMESPACE };
  expect(await mayDispatcher({ ...asked, group: 'argoproj.io' })).toBe(true);
  expect(await mayDispatcher(asked)).toBe(false);
});

test('a verb can be withheld from the dispatcher, and from nobody else', async () => {
  await cluster.admin('POST', '/faults', { kind: 'forbid', match: { verb: 'create', resource: 'workflows' } });
  const { status, body } = await cluster.api('POST', WORKFLOWS, aScript('withheld', 'true'), asDispatcher);
  expect({ status, reason: body['reason'] }).toEqual({ status: 403, reason: 'Forbidden' });
  const asked = { resource: 'workflows', group: 'argoproj.io', namespace: NAMESPACE };
  expect(await mayDispatcher({ ...asked, verb: 'create' })).toBe(false);
  expect(await mayDispatcher({ ...asked, verb: 'list' })).toBe(true);
  expect((await cluster.api('POST', WORKFLOWS, aScript('granted', 'true'))).status).toBe(201);
});

test('a token can be revoked', async () => {
  await cluster.admin('POST', '/faults', { kind: 'revoke' });
  expect((await cluster.api('GET', '/version', undefined, asDispatcher)).body).toMatchObject({
    code: 401,
    reason: 'Unauthorized',
  });
  await cluster.admin('DELETE', '/faults');
  expect((await cluster.api('GET', '/version', undefined, asDispatcher)).status).toBe(200);
});
