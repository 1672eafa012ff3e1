import { bundleManifestSchema } from '@stead/contracts/pipeline';
import type { Wanted } from './copy-object';
import type { CopyGroup } from './copy-set';
import { readJson } from './list-records';
import type { NamedStore } from './stores';

const MANIFEST_BYTES_MAX = 16 * 1024 * 1024;

/** Null while there is no manifest: it is written when everything that it names is there. */
export async function bundleGroup(workspaceId: string, prefix: string, from: NamedStore): Promise<CopyGroup | null> {
  const key = `${prefix}manifest.json`;
  const found = await readJson(from, key, MANIFEST_BYTES_MAX);
  if (found === null) return null;
  const manifest = bundleManifestSchema.safeParse(found.json);
  // A manifest that nobody can read, or that names what it must not, is copied alone: whoever verifies it says what is wrong.
  const named = manifest.success ? manifest.data.files.filter(({ path }) => staysInside(path)) : [];
  const files = named.map(({ path, bytes, sha256 }): Wanted => ({
    workspaceId,
    key: prefix + path,
    bytes,
    sha256,
    ifThere: 'same',
  }));
  return { files, last: { workspaceId, key, bytes: found.bytes, sha256: null, ifThere: 'same' }, optional: false };
}

function staysInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split('/').includes('..');
}
