import { loadFrom } from '@stead/platform/config';
import { loadObjectStoreConfig, type ObjectStoreConfig } from '@stead/platform/object-store';
import { serviceEnv, type ServiceConfig } from '@stead/platform/service';

export const studioEnv = serviceEnv;
export type StudioConfig = ServiceConfig & { objectStore: ObjectStoreConfig };

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Readonly<StudioConfig> {
  return Object.freeze({ ...loadFrom(studioEnv, env), objectStore: loadObjectStoreConfig(env) });
}
