import type { KubeObject } from '../objects/metadata';
import type { Resource } from '../store/resources';
import { columnsOf } from './columns';
import { metadataOnly, type ListMetadata } from './list-metadata';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** What `kubectl get` prints: <https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables>. */
export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  includeObject: IncludeObject,
  metadata: Partial<ListMetadata>,
  now: number,
): object {
  const columns = columnsOf(resource.plural);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type = 'string', wide = false }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: name,
      priority: wide ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      object: includeObject === 'None' ? null : includeObject === 'Object' ? object : metadataOnly(object),
    })),
  };
}
