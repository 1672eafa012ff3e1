import { readFileSync } from 'node:fs';
import type { ObjectStoreConfig } from '@stead/platform/object-store';
import { z } from 'zod';

type Env = Readonly<Record<string, string | undefined>>;

/** S3's rules for bucket names, less the dots (they break the certificates of virtual hosts). */
const bucketName = z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'must be 3 to 63 of a-z, 0-9 and "-"');
const variableName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a variable');

/** The object store of one cluster, as its operator writes it down. Credentials never stand here, only where they are. */
export const clusterStoreSchema = z.strictObject({
  endpoint: z.url(),
  bucket: bucketName,
  region: z.string().min(1).default('us-east-1'),
  forcePathStyle: z.boolean().default(true),
  credentials: z.union([
    /** Path of a file with `{"accessKeyId": …, "secretAccessKey": …}`. */
    z.strictObject({ file: z.string().min(1) }),
    /** Names of variables of the dispatcher; each may be given as `…_FILE`, the path of a file with the value. */
    z.strictObject({ accessKeyIdVariable: variableName, secretAccessKeyVariable: variableName }),
  ]),
  /** Copies to and from this store together leave the rest of the line to others. */
  bandwidthMaxMbps: z.number().positive().optional(),
});

const credentialsSchema = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });
type Credentials = z.infer<typeof credentialsSchema>;

/** What a client of the store needs. Null after a problem, which is told without a word of what the file or variable holds. */
export function readCredentials(
  { endpoint, bucket, region, forcePathStyle, credentials }: z.infer<typeof clusterStoreSchema>,
  env: Env,
  problem: (detail: string) => void,
): ObjectStoreConfig | null {
  const found = 'file' in credentials ? fromFile(credentials.file, problem) : fromVariables(credentials, env, problem);
  return found === null ? null : { endpoint, bucket, region, forcePathStyle, ...found };
}

function fromFile(path: string, problem: (detail: string) => void): Credentials | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    problem(`cannot read ${path} (${codeOf(error)})`);
    return null;
  }
  const parsed = credentialsSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  problem(`${path} does not hold JSON with accessKeyId and secretAccessKey`);
  return null;
}

function fromVariables(
  names: { accessKeyIdVariable: string; secretAccessKeyVariable: string },
  env: Env,
  problem: (detail: string) => void,
): Credentials | null {
  const accessKeyId = valueOf(names.accessKeyIdVariable, env, problem);
  const secretAccessKey = valueOf(names.secretAccessKeyVariable, env, problem);
  return accessKeyId === null || secretAccessKey === null ? null : { accessKeyId, secretAccessKey };
}

function valueOf(name: string, env: Env, problem: (detail: string) => void): string | null {
  const [value, path] = [env[name] ?? '', env[`${name}_FILE`] ?? ''];
  if (value !== '') return value;
  if (path === '') {
    problem(`${name} is not set`);
    return null;
  }
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    problem(`${name}_FILE: cannot read ${path} (${codeOf(error)})`);
    return null;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable';
}
