import { loadFrom, port, secret, url } from '@stead/platform/config';
import { z } from 'zod';

/** What browsers send as `Origin`: scheme, host, port and nothing after them. */
const origin = z.string().refine((text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text), {
  error: 'must be an origin like https://console.example, or *',
});

export const gatewayEnv = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  REDIS_URL: url,
  IDENTITY_KEY: secret,
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(8080),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  LOG_FILE: z.string().optional(),
  DOCS_URL: url.default('https://stead.dev'),
  WORKSPACES_URL: url,
  SPACE_MAPS_URL: url,
  DISPATCHER_URL: url,
  STUDIO_URL: url,
  VIEWING_URL: url,
  NOTIFICATIONS_URL: url,
  /** Folders of the built console and viewer. */
  CONSOLE_FOLDER: z.string(),
  VIEWER_FOLDER: z.string(),
  /** The object store's origin, where browsers upload to and download from: named in the Content-Security-Policy. */
  S3_PUBLIC_ORIGIN: url.optional(),
  /**
   * Origins whose pages may call the whole API, separated by commas; `*` for all. The gateway's own pages always may, and what
   * visitors read of publications is open to the pages of any origin.
   */
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    ) // prettier-ignore
    .pipe(z.array(origin).max(100)),
  /** Requests per minute: for one key or user, and for one address without credentials. */
  RATE_PER_MINUTE: z.coerce.number().int().positive().default(6_000),
  ANONYMOUS_RATE_PER_MINUTE: z.coerce.number().int().positive().default(600),
  /** Tiles and other files of publications, per address. */
  TILE_RATE_PER_MINUTE: z.coerce.number().int().positive().default(20_000),
});
export type GatewayConfig = z.infer<typeof gatewayEnv>;

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<GatewayConfig> {
  return loadFrom(gatewayEnv, env);
}
