import { loadFrom, secret, url } from '@stead/platform/config';
import { loadObjectStoreConfig, type ObjectStoreConfig } from '@stead/platform/object-store';
import { serviceEnv } from '@stead/platform/service';
import { z } from 'zod';

export const viewingEnv = serviceEnv.extend({
  /** Where studio answers internal questions. */
  STUDIO_URL: url,
  /** Signs the path prefixes below which visitors get files. */
  TILE_TOKEN_KEY: secret,
  /** The key before, for as long as tokens made with it are about: twenty minutes after a change. */
  TILE_TOKEN_PREVIOUS_KEY: secret.optional(),
  /** Memory for the files that are asked for most. */
  TILE_CACHE_MIB: z.coerce.number().int().min(1).max(8192).default(64),
  /** Photos that are placed at once, each in a process of its own. */
  LOCALISE_PROCESSES: z.coerce.number().int().min(1).max(64).default(2),
});
export type ViewingConfig = z.infer<typeof viewingEnv> & { objectStore: ObjectStoreConfig };

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<ViewingConfig> {
  return Object.freeze({ ...loadFrom(viewingEnv, env), objectStore: loadObjectStoreConfig(env) });
}
