import { z } from 'zod';
import { loadFrom, port } from '@stead/platform/config';

type Env = Readonly<Record<string, string | undefined>>;
const GIB = 1024 ** 3;

const devices = z
  .strictObject({
    driver: z.string().min(1),
    count: z.number().int().positive(),
    attributes: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  })
  .transform(withoutUndefined);
const fixedNode = z.strictObject({
  name: z.string().min(1),
  cpu: z.number().positive(),
  memoryBytes: z.number().int().positive(),
  gpus: z.number().int().nonnegative(),
  devices: devices.optional(),
});
const pool = z.strictObject({
  gpusPerNode: z.number().int().nonnegative(),
  nodesMax: z.number().int().nonnegative(),
  bootDelayMs: z.number().int().nonnegative(),
  idleTtlMs: z.number().int().nonnegative(),
  capacityType: z.enum(['on-demand', 'spot']),
  cpuPerNode: z.number().positive().optional(),
  memoryBytesPerNode: z.number().int().positive().optional(),
  devicesPerNode: devices.optional(),
});
const image = z.strictObject({
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()).optional(),
  cwd: z.string().optional(),
});
const verb = z.enum(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']);
const words = z.record(z.string(), z.string());

const schema = z
  .object({
    CLUSTER_NAME: z.string().min(1).default('onprem'),
    CLUSTER_FOLDER: z.string().min(1),
    CLUSTER_HOST: z.string().min(1).default('127.0.0.1'),
    CLUSTER_PORT: port.default(0),
    CLUSTER_ADMIN_PORT: port.default(0),
    CLUSTER_NAMESPACE: z.string().min(1).default('stead'),
    CLUSTER_INSTANCE_ID: z.string().min(1).optional(),
    CLUSTER_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
    CLUSTER_NODES: json(z.array(fixedNode)).optional(),
    CLUSTER_POOL: json(pool).optional(),
    CLUSTER_IMAGES: json(z.record(z.string(), image)),
    CLUSTER_POD_ENV: json(words).default({}),
    CLUSTER_MANIFESTS: z.string().default(''),
    CLUSTER_SECRETS: json(z.record(z.string(), words)).default({}),
    CLUSTER_GRANTS: json(z.record(z.string(), z.array(verb))).optional(),
  })
  .refine((env) => env.CLUSTER_NODES === undefined || env.CLUSTER_POOL === undefined, {
    message: 'give CLUSTER_NODES or CLUSTER_POOL, not both',
    path: ['CLUSTER_POOL'],
  })
  .transform((env) => ({
    name: env.CLUSTER_NAME,
    folder: env.CLUSTER_FOLDER,
    host: env.CLUSTER_HOST,
    port: env.CLUSTER_PORT,
    adminPort: env.CLUSTER_ADMIN_PORT,
    namespace: env.CLUSTER_NAMESPACE,
    ...(env.CLUSTER_INSTANCE_ID !== undefined && { instanceId: env.CLUSTER_INSTANCE_ID }),
    ...(env.CLUSTER_TOKEN !== undefined && { token: env.CLUSTER_TOKEN }),
    ...(env.CLUSTER_POOL === undefined
      ? { nodes: env.CLUSTER_NODES ?? [{ name: 'node-1', cpu: 8, memoryBytes: 16 * GIB, gpus: 1 }] }
      : { pool: withoutUndefined(env.CLUSTER_POOL) }),
    images: Object.fromEntries(Object.entries(env.CLUSTER_IMAGES).map(([name, value]) => [name, withoutUndefined(value)])),
    podEnv: env.CLUSTER_POD_ENV,
    manifests: env.CLUSTER_MANIFESTS.split(',')
      .map((path) => path.trim())
      .filter((path) => path !== ''),
    secrets: env.CLUSTER_SECRETS,
    ...(env.CLUSTER_GRANTS !== undefined && { grants: env.CLUSTER_GRANTS }),
  }));

export type LocalClusterConfig = z.infer<typeof schema>;

export function loadLocalClusterConfig(env: Env): Readonly<LocalClusterConfig> {
  return loadFrom(schema, Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('CLUSTER_'))));
}

/** Variables without which programs do not start at all. Nothing else of this process reaches a container. */
const HOST_VARIABLES = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'LANG',
  'LC_ALL',
  'TZ',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'CUDA_VISIBLE_DEVICES',
];

export function hostEnvironment(env: Env = process.env): Record<string, string> {
  return Object.fromEntries(HOST_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>; // only what was undefined is left out
}

function json<Schema extends z.ZodType>(inner: Schema): z.ZodPreprocess<Schema> {
  return z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  }, inner);
}
