import { isObject } from '../objects/json';
import { isAllowed, rulesOf, type Role, type User, type Verb } from './role';

/** What `kubectl auth can-i` and `kubectl auth whoami` ask. */
export function answerAccessReview(
  of: 'self-subject-access' | 'self-subject-rules' | 'self-subject',
  body: unknown,
  user: User,
  role: Role,
): object {
  const spec = isObject(body) && isObject(body['spec']) ? body['spec'] : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  if (of === 'self-subject') {
    return {
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {},
      status: { userInfo: { username: user.name } },
    };
  }
  const apiVersion = 'authorization.k8s.io/v1';
  if (of === 'self-subject-rules') {
    const resourceRules = rulesOf(user, text(spec['namespace']), role);
    const nonResourceRules = [
      { verbs: ['get'], nonResourceURLs: ['/api', '/apis', '/healthz', '/livez', '/openapi', '/readyz', '/version'] },
    ];
    return {
      kind: 'SelfSubjectRulesReview',
      apiVersion,
      metadata: {},
      spec,
      status: { resourceRules, nonResourceRules, incomplete: false },
    };
  }
  const asked = isObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : null;
  const subresource = text(asked?.['subresource']);
  const namespace = text(asked?.['namespace']);
  const allowed =
    asked === null ||
    isAllowed(
      user,
      {
        verb: text(asked['verb']) as Verb, // a verb that is none is allowed by no rule
        group: text(asked['group']),
        resource: text(asked['resource']) + (subresource === '' ? '' : `/${subresource}`),
        namespace: namespace === '' ? null : namespace,
        name: text(asked['name']),
      },
      role,
    );
  return { kind: 'SelfSubjectAccessReview', apiVersion, metadata: {}, spec, status: { allowed } };
}
