import { tmpdir } from 'node:os';
import { z } from 'zod';
import { ConfigError, loadFrom } from '@stead/platform/config';
import { loadObjectStoreConfig } from '@stead/platform/object-store';
import type { ObjectStoreConfig } from '@stead/platform/object-store';
import { vaultKeys } from '@stead/platform/sealed-objects';
import type { StepSettings } from './steps/registry';

type Env = Readonly<Record<string, string | undefined>>;

export interface PipelineConfig extends StepSettings {
  /** The parameters of the run as JSON, where they are not given on the command line. */
  params: string | null;
  /** The workflow engine reads `N/100` from this file. */
  progressFile: string | null;
  tempFolder: string;
}

const schema = z
  .object({
    STEAD_PARAMS: z.string().optional(),
    ARGO_PROGRESS_FILE: z.string().optional(),
    STEAD_FACE_MODEL: z.string().optional(),
    STEAD_FACE_MODEL_SHA256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
      .optional(),
    STEAD_GSPLAT_COMMAND: z.string().optional(),
  })
  .refine((env) => (env.STEAD_FACE_MODEL === undefined) === (env.STEAD_FACE_MODEL_SHA256 === undefined), {
    path: ['STEAD_FACE_MODEL'],
    message: 'STEAD_FACE_MODEL and STEAD_FACE_MODEL_SHA256 go together: a model is used only when its content is known',
  });

/** Reads its own variables alone: the environment of a pod also holds what others put there. */
export function loadConfig(env: Env): PipelineConfig {
  const names = ['STEAD_PARAMS', 'ARGO_PROGRESS_FILE', 'STEAD_FACE_MODEL', 'STEAD_FACE_MODEL_SHA256', 'STEAD_GSPLAT_COMMAND'];
  // Without the `_FILE` reading of loadFrom: ARGO_PROGRESS_FILE is a path that is written, not a file that holds a value.
  const own = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const result = schema.safeParse(own);
  if (!result.success) throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  const { STEAD_PARAMS, ARGO_PROGRESS_FILE, STEAD_FACE_MODEL: path, STEAD_FACE_MODEL_SHA256: sha256 } = result.data;
  return {
    params: STEAD_PARAMS ?? null,
    progressFile: ARGO_PROGRESS_FILE ?? null,
    tempFolder: tmpdir(),
    faceModel: path === undefined || sha256 === undefined ? null : { path, sha256 },
    gsplatCommand: result.data.STEAD_GSPLAT_COMMAND ?? null,
  };
}

/** `S3_ENDPOINT`, `S3_BUCKET` and so on; read only where no folder stands in for the store. */
export function loadStoreConfig(env: Env): Readonly<ObjectStoreConfig> {
  return loadObjectStoreConfig(env);
}

/** What opens the key of a capture; none where nothing is sealed. */
export function loadVaultKeys(env: Env): readonly string[] {
  return loadFrom(z.object({ VAULT_KEY: vaultKeys.default([]) }), env).VAULT_KEY;
}
