import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { Writer } from './api/write';
import { isObject } from './objects/json';
import type { ObjectStore } from './store/object-store';
import { PLURALS, RESOURCES } from './store/resources';

/** Applies the objects of YAML files, as `kubectl apply` would at every start. */
export async function applyManifests(
  store: ObjectStore,
  paths: readonly string[],
  namespace: string,
  now: () => number,
): Promise<void> {
  const writer = new Writer(store, now);
  for (const path of paths) {
    for (const document of parseAllDocuments(await readFile(path, 'utf8'))) {
      const [problem] = document.errors;
      if (problem !== undefined) throw new Error(`${path}: ${problem.message}`);
      const object: unknown = document.toJS();
      if (object === null) continue;
      try {
        apply(writer, store, object, namespace);
      } catch (error) {
        throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
  }
}

export function applySecrets(
  store: ObjectStore,
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  namespace: string,
  now: () => number,
): void {
  const writer = new Writer(store, now);
  for (const [name, stringData] of Object.entries(secrets)) {
    apply(
      writer,
      store,
      { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', data: {}, stringData },
      namespace,
    );
  }
}

/** Replaces the whole object, so that what was taken out of a file is taken out here too. */
function apply(writer: Writer, store: ObjectStore, object: unknown, namespace: string): void {
  const metadata = isObject(object) && isObject(object['metadata']) ? object['metadata'] : {};
  const kind = isObject(object) ? object['kind'] : undefined;
  const plural = PLURALS.find((one) => RESOURCES[one].kind === kind);
  if (plural === undefined) throw new Error(`this cluster has no kind "${String(kind)}"`);
  const resource = RESOURCES[plural];
  const inNamespace = resource.namespaced
    ? typeof metadata['namespace'] === 'string'
      ? metadata['namespace']
      : namespace
    : null;
  const name = String(metadata['name'] ?? '');
  if (store.get(plural, inNamespace ?? '', name) === undefined) writer.create(resource, inNamespace, object, false);
  else writer.replace({ resource, namespace: inNamespace, name }, object, false);
}
