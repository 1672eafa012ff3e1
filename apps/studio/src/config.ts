import { loadFrom } from '@stead/platform/config';
import { loadObjectStoreConfig, type ObjectStoreConfig } from '@stead/platform/object-store';
import { vaultKeys } from '@stead/platform/sealed-objects';
import { serviceEnv } from '@stead/platform/service';
import type { z } from 'zod';

/** `VAULT_KEY`: that of workspaces, under which the keys of originals lie; whoever reviews looks at them. */
export const studioEnv = serviceEnv.extend({ VAULT_KEY: vaultKeys });
export type StudioConfig = z.infer<typeof studioEnv> & { objectStore: ObjectStoreConfig };

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<StudioConfig> {
  return Object.freeze({ ...loadFrom(studioEnv, env), objectStore: loadObjectStoreConfig(env) });
}
