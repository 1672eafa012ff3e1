import { loadFrom, secret } from '@stead/platform/config';
import { loadObjectStoreConfig, type ObjectStoreConfig } from '@stead/platform/object-store';
import { vaultKeys } from '@stead/platform/sealed-objects';
import { serviceEnv } from '@stead/platform/service';
import { z } from 'zod';

const workspacesEnv = serviceEnv.extend({
  /** Ed25519 private key that signs access tokens, as a JWK. */
  ACCESS_TOKEN_KEY: z.string().min(50),
  /** Under which API keys are hashed. */
  API_KEY_PEPPER: secret,
  /**
   * Under which the keys of captures lie. Several, the newest first and with commas between them, while one replaces another. Who
   * loses it loses every original.
   */
  VAULT_KEY: vaultKeys,
});
export type WorkspacesConfig = z.infer<typeof workspacesEnv> & { objectStore: Readonly<ObjectStoreConfig> };

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<WorkspacesConfig> {
  return { ...loadFrom(workspacesEnv, env), objectStore: loadObjectStoreConfig(env) };
}

/** What the command that names operators has to be told. */
export function loadOperatorsConfig(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<{ WORKER_DATABASE_URL: string }> {
  return loadFrom(serviceEnv.pick({ WORKER_DATABASE_URL: true }), env);
}
