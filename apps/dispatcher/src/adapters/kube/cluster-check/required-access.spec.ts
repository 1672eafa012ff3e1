import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { REQUIRED_ACCESS } from './required-access';

interface RoleObject {
  kind: string;
  rules?: { apiGroups?: string[]; resources?: string[]; verbs: string[]; resourceNames?: string[] }[];
}

test('deploy/argo/rbac.yaml grants what is needed, and nothing else but the name of the cluster', () => {
  const file = readFileSync(resolve(__dirname, '../../../../../../deploy/argo/rbac.yaml'), 'utf8');
  const objects = parseAllDocuments(file).map((document) => document.toJS() as RoleObject); // a file of ours
  const granted = (kind: string): object[] =>
    objects
      .filter((object) => object.kind === kind)
      .flatMap(({ rules = [] }) => rules)
      .filter(({ apiGroups, resourceNames }) => apiGroups !== undefined && resourceNames === undefined)
      .map(({ apiGroups = [], resources = [], verbs }) => ({ group: apiGroups[0], resource: resources[0], verbs }));
  const needed = (scope: 'namespace' | 'cluster'): object[] =>
    REQUIRED_ACCESS.filter((rule) => rule.scope === scope).map(({ group, resource, subresource, verbs }) => ({
      group,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      verbs,
    }));
  expect(granted('Role')).toEqual(needed('namespace'));
  expect(granted('ClusterRole')).toEqual(needed('cluster'));
});
