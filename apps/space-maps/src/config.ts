import { loadFrom, url } from '@stead/platform/config';
import { serviceEnv } from '@stead/platform/service';
import type { z } from 'zod';

export const spaceMapsEnv = serviceEnv.extend({
  /** Where workspaces answers internal questions. */
  WORKSPACES_URL: url,
});
export type SpaceMapsConfig = z.infer<typeof spaceMapsEnv>;

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<SpaceMapsConfig> {
  return loadFrom(spaceMapsEnv, env);
}
