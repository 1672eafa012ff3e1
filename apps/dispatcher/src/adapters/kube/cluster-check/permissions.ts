import type { Finding } from '../../../application/cluster-check';
import type { RawApi } from './raw-api';
import { REQUIRED_ACCESS, titleOf, type AccessRule } from './required-access';

export interface AccessQuestion extends Pick<AccessRule, 'group' | 'resource' | 'subresource'> {
  verb: string;
  /** Null asks for all namespaces, or for what is in none. */
  namespace: string | null;
}

/** Null when the cluster does not say: <https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access>. */
export async function mayI(api: RawApi, question: AccessQuestion): Promise<boolean | null> {
  const { verb, group, resource, subresource, namespace } = question;
  const resourceAttributes = { verb, group, resource, ...(subresource && { subresource }), ...(namespace && { namespace }) };
  const { status, json } = await api.ask({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
  });
  const allowed = (json as { status?: { allowed?: unknown } } | null)?.status?.allowed; // whatever JSON it is
  return status === 201 && typeof allowed === 'boolean' ? allowed : null;
}

/** Whether the credentials are an administrator's, to whom nothing is denied. */
export async function isAdministrator(api: RawApi): Promise<boolean> {
  return (await mayI(api, { verb: '*', group: '*', resource: '*', namespace: null })) === true;
}

export interface MissingAccess {
  rule: AccessRule;
  verbs: readonly string[];
}

/** The verbs of a rule that are not granted; null when the cluster does not say. */
export async function missingVerbs(api: RawApi, rule: AccessRule, namespace: string): Promise<string[] | null> {
  const where = rule.scope === 'namespace' ? namespace : null;
  const answers = await Promise.all(rule.verbs.map((verb) => mayI(api, { ...rule, verb, namespace: where })));
  return answers.includes(null) ? null : rule.verbs.filter((_, at) => answers[at] === false);
}

/** All that is missing of what the dispatcher needs; `groups` are those that the cluster serves. Null when it does not say. */
export async function missingAccess(
  api: RawApi,
  namespace: string,
  groups: ReadonlySet<string>,
): Promise<MissingAccess[] | null> {
  const rules = REQUIRED_ACCESS.filter((rule) => rule.optional !== true || groups.has(rule.group));
  const found = await Promise.all(rules.map(async (rule) => ({ rule, verbs: await missingVerbs(api, rule, namespace) })));
  return found.some(({ verbs }) => verbs === null)
    ? null
    : found.flatMap(({ rule, verbs }) => (verbs === null || verbs.length === 0 ? [] : [{ rule, verbs }]));
}

/** Names each verb on each resource that is missing, and where. */
export function permissionFindings(missing: readonly MissingAccess[] | null, namespace: string): Finding[] {
  if (missing === null) {
    const detail = 'The cluster does not say what this user may do (SelfSubjectAccessReview was refused).';
    const fix = 'Bind the ClusterRole system:basic-user to the user, or run `npm run conformance`, which tries everything.';
    return [{ code: 'permissions-unknown', severity: 'warning', detail, fix }];
  }
  const findings = missing.map(({ rule, verbs }) => findingOf(rule, verbs, namespace));
  return isNothingAllowed(missing) ? [nothingAllowed(namespace), ...findings] : findings;
}

/** A Role cannot be bound in a namespace that is not there, so that to its user both look the same. */
function isNothingAllowed(missing: readonly MissingAccess[]): boolean {
  return REQUIRED_ACCESS.filter(({ scope, resource }) => scope === 'namespace' && resource !== 'pods').every((rule) =>
    missing.some((one) => one.rule === rule && one.verbs.length === rule.verbs.length),
  );
}

function nothingAllowed(namespace: string): Finding {
  const detail = `Nothing at all is allowed in the namespace ${namespace}: it does not exist, or no Role there is bound to this user.`;
  const fix = `kubectl create namespace ${namespace}; kubectl -n ${namespace} apply -f deploy/argo/rbac.yaml`;
  return { code: 'namespace-missing', severity: 'error', detail, fix };
}

function findingOf(rule: AccessRule, verbs: readonly string[], namespace: string): Finding {
  const where = rule.scope === 'namespace' ? `in the namespace ${namespace}` : 'in the whole cluster';
  return {
    code: 'permission-missing',
    severity: rule.optional === true || rule.resource === 'events' ? 'warning' : 'error',
    detail: `May not ${verbs.join(', ')} ${titleOf(rule)} ${where}: ${rule.why}.`,
    fix: `Apply deploy/argo/rbac.yaml, or add to the ${rule.scope === 'namespace' ? 'Role' : 'ClusterRole'}: ${ruleText(rule, verbs)}`,
  };
}

/** As it stands in a Role. */
function ruleText({ group, resource, subresource }: AccessRule, verbs: readonly string[]): string {
  const named = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `{ apiGroups: ["${group}"], resources: ["${named}"], verbs: [${verbs.map((verb) => `"${verb}"`).join(', ')}] }`;
}
