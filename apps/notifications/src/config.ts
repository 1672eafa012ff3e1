import { ConfigError, flag, loadFrom, secret } from '@stead/platform/config';
import { serviceEnv } from '@stead/platform/service';
import { z } from 'zod';
import type { AddressPolicy } from './domain/public-address';

/** For what secrets of webhooks are sealed. The word is part of the key: another one opens none of those that are stored. */
export const WEBHOOK_SECRETS = 'stead webhook secrets';

export const notificationsEnv = serviceEnv.extend({
  /**
   * Seals the secrets of webhooks. Several, the newest first and with commas between them, while one replaces another. Without it
   * no webhook can be made.
   */
  WEBHOOK_KEY: z
    .string()
    .transform((text) => text.split(',').map((key) => key.trim()))
    .pipe(z.array(secret))
    .default([]),
  /** Lets events go to private addresses and by plain HTTP: for a developer's own machine. */
  WEBHOOK_ALLOW_PRIVATE: flag.default(false),
  /** For a whole posting. Leases are a minute: it has to stay well below. */
  WEBHOOK_TIMEOUT_MS: z.coerce.number().int().min(100).max(30_000).default(15_000),
  /** Postings of one process at once. */
  WEBHOOK_SENDS_MAX: z.coerce.number().int().min(1).max(200).default(16),
});
export type NotificationsConfig = z.infer<typeof notificationsEnv>;

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<NotificationsConfig> {
  const config = loadFrom(notificationsEnv, env);
  // Whoever may make a webhook could then ask the inside of the house whatever takes a POST.
  if (config.WEBHOOK_ALLOW_PRIVATE && config.NODE_ENV === 'production')
    throw new ConfigError([
      'WEBHOOK_ALLOW_PRIVATE: not in production; unset it, or set NODE_ENV=development on a machine of your own',
    ]);
  return config;
}

export function policyOf({ WEBHOOK_ALLOW_PRIVATE }: Pick<NotificationsConfig, 'WEBHOOK_ALLOW_PRIVATE'>): AddressPolicy {
  return WEBHOOK_ALLOW_PRIVATE ? 'private-too' : 'public';
}
