import { randomUUID } from 'node:crypto';
import { mayI, missingVerbs } from '../../adapters/kube/cluster-check/permissions';
import type { RawAnswer } from '../../adapters/kube/cluster-check/raw-api';
import { FORBIDDEN_ACCESS, REQUIRED_ACCESS, titleOf, type AccessRule } from '../../adapters/kube/cluster-check/required-access';
import { DOCS, NotApplicable, demand, type Check } from '../check';
import { statusOfWatch } from '../streams';
import type { Surroundings } from '../surroundings';

/** An object that is not there: to ask for it shows whether one may, and touches nothing. */
const ABSENT = `stead-conformance-${randomUUID()}`;

const ADMINISTRATOR = "the credentials are an administrator's, to whom nothing is denied; run it with the dispatcher's";

export const accessChecks: readonly Check[] = [
  ...REQUIRED_ACCESS.map(allowedCheck),
  ...FORBIDDEN_ACCESS.map(deniedCheck),
  {
    id: 'access.other-namespaces',
    title: 'Workflows of another namespace are denied with 403 and reason Forbidden.',
    reference: DOCS.rbac,
    dispatcher: 'It asks for its own namespace alone; a Role that reaches further endangers others.',
    run: async ({ api, isAdministrator }) => {
      if (isAdministrator) throw new NotApplicable(ADMINISTRATOR);
      const { status, reason } = await api.get('/apis/argoproj.io/v1alpha1/namespaces/kube-system/workflows', { limit: 1 });
      if (status === 200) return { differs: 'workflows of kube-system may be listed: the Role holds in the whole cluster' };
      demand(status === 403 && reason === 'Forbidden', `it answered ${status} ${reason}`);
      return '403 Forbidden';
    },
  },
];

function idOf({ resource, subresource, scope }: Pick<AccessRule, 'resource' | 'subresource' | 'scope'>): string {
  const named = subresource === undefined ? resource : `${resource}-${subresource}`;
  return scope === 'cluster' && ['pods', 'secrets'].includes(resource) ? `all-${named}` : named;
}

function allowedCheck(rule: AccessRule): Check {
  const where = rule.scope === 'namespace' ? 'in the namespace' : 'in the whole cluster';
  return {
    id: `access.${idOf(rule)}`,
    title: `The credentials may ${rule.verbs.join(', ')} ${titleOf(rule)} ${where}, and each works.`,
    reference: rule.group === 'karpenter.sh' ? DOCS.karpenter : rule.group === 'resource.k8s.io' ? DOCS.devices : DOCS.rbac,
    dispatcher: `${rule.why[0]?.toUpperCase() ?? ''}${rule.why.slice(1)}.`,
    run: async (on) => {
      if (rule.group !== '' && !on.groups.has(rule.group)) throw new NotApplicable(`the cluster does not serve ${rule.group}`);
      const missing = await missingVerbs(on.api, rule, on.namespace);
      demand(
        missing?.length !== rule.verbs.length || missing.length === 0,
        `may not ${rule.verbs.join(', ')}: nothing of it is granted`,
      );
      demand(missing === null || missing.length === 0, `may not ${missing?.join(', ') ?? ''}`);
      const seen: string[] = [];
      for (const verb of rule.verbs) seen.push(`${verb} ${await exercised(on, rule, verb)}`);
      return `${missing === null ? 'the cluster does not say what is granted; ' : ''}${seen.join(', ')}`;
    },
  };
}

/** Does it for real, to an object that is not there or without making one; returns what was answered. */
async function exercised(on: Surroundings, rule: AccessRule, verb: string): Promise<string> {
  const collection = collectionOf(on, rule);
  const one = `${collection}/${ABSENT}${rule.subresource === undefined ? '' : `/${rule.subresource}`}`;
  if (verb === 'watch') {
    const status = await statusOfWatch(on.transport, collection);
    demand(status === 200, `watch was answered with ${status}`);
    return String(status);
  }
  const answer = await on.api.ask(requestOf(on, verb, collection, one));
  const isAbsent = answer.status === 404 && answer.reason === 'NotFound';
  const expected = verb === 'list' ? answer.status === 200 : verb === 'create' ? answer.status === 201 : isAbsent;
  demand(expected, `${verb} was answered with ${said(answer)}`);
  return said(answer);
}

function requestOf({ bench }: Surroundings, verb: string, collection: string, one: string) {
  switch (verb) {
    case 'list':
      return { method: 'GET', path: collection, query: { limit: 1 } } as const;
    case 'create':
      return { method: 'POST', path: collection, query: { dryRun: 'All' }, body: bench.inertManifest('access') } as const;
    case 'patch':
      return { method: 'PATCH', path: one, body: {}, contentType: 'application/merge-patch+json' } as const;
    case 'delete':
      return { method: 'DELETE', path: one } as const;
    default:
      return { method: 'GET', path: one } as const;
  }
}

function collectionOf({ namespace, groups }: Surroundings, { group, resource, scope }: AccessRule): string {
  const version = group === 'argoproj.io' ? 'v1alpha1' : (groups.get(group) ?? 'v1');
  const base = group === '' ? '/api/v1' : `/apis/${group}/${version}`;
  return scope === 'namespace' ? `${base}/namespaces/${namespace}/${resource}` : `${base}/${resource}`;
}

function deniedCheck(rule: AccessRule): Check {
  const where = rule.scope === 'namespace' ? 'in the namespace' : 'in the whole cluster';
  return {
    id: `access.no-${idOf(rule)}`,
    title: `To ${rule.verbs.join(' or ')} ${titleOf(rule)} ${where} is denied with 403 and reason Forbidden.`,
    reference: DOCS.rbac,
    dispatcher: `It never needs ${rule.why}; whoever takes it over must not get them.`,
    run: async (on) => {
      if (on.isAdministrator) throw new NotApplicable(ADMINISTRATOR);
      const where = rule.scope === 'namespace' ? on.namespace : null;
      for (const verb of rule.verbs) {
        demand((await mayI(on.api, { ...rule, verb, namespace: where })) !== true, `${verb} is granted, and must not be`);
        const answer = await on.api.ask(deniedRequestOf(on, rule, verb));
        demand(answer.status === 403 && answer.reason === 'Forbidden', `${verb} was answered with ${said(answer)}`);
      }
      return '403 Forbidden';
    },
  };
}

function deniedRequestOf(on: Surroundings, rule: AccessRule, verb: string) {
  const collection = collectionOf(on, rule);
  if (rule.subresource !== undefined)
    return { method: 'POST', path: `${collection}/${ABSENT}/${rule.subresource}`, query: { command: 'true' } } as const;
  return { method: 'GET', path: verb === 'get' ? `${collection}/${ABSENT}` : collection, query: { limit: 1 } } as const;
}

export function said({ status, reason }: Pick<RawAnswer, 'status' | 'reason'>): string {
  return `${status} ${reason}`.trim();
}
