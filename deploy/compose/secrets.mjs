#!/usr/bin/env node
// Writes every secret that docker-compose.yml names into deploy/compose/secrets/, readable by its owner alone. What is there
// already stays as it is, so that running it again, after an upgrade for instance, only adds what is missing.
//   node deploy/compose/secrets.mjs [--folder DIR] [--owner-file FILE]
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    folder: { type: 'string', default: join(here, 'secrets') },
    'owner-file': { type: 'string', default: resolve(here, '../../.env') },
  },
});
const SECRET_BYTES = 32;
const CONTEXTS = ['workspaces', 'space_maps', 'dispatcher', 'studio', 'viewing', 'notifications'];
const CLUSTERS = ['onprem', 'cloud'];
/** The user of the images; containers of root's secrets run as this one. */
const IMAGE_USER = { uid: 1000, gid: 1000 };

const isRoot = process.getuid?.() === 0;
const owner = isRoot || process.getuid === undefined ? IMAGE_USER : { uid: process.getuid(), gid: process.getgid() };
let written = 0;

mkdirSync(options.folder, { recursive: true, mode: 0o700 });
chmodSync(options.folder, 0o700);

const postgresPassword = secret('postgres_password');
secret('identity_key');
secret('api_key_pepper');
secret('tile_token_key');
// Seals the kubeconfigs that operators register: whoever restores the database needs it as well.
secret('kubeconfig_key');
// Seals what webhooks are signed with, likewise.
secret('webhook_key');
// Under which the keys of captures lie: whoever loses it loses every original.
const vaultKey = secret('vault_key');
// An Ed25519 private key as a JWK (RFC 8037).
secret('access_token_key', () => JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })));

secret('admin_database_url', () => `postgres://stead:${postgresPassword}@postgres:5432/stead`);
const rolesSecret = secret('roles_secret');
for (const context of CONTEXTS) {
  for (const kind of ['api', 'worker']) {
    const role = `stead_${context}_${kind}`;
    // The same password as `migrate` gives the role; who knows one cannot make another.
    const password = createHmac('sha256', rolesSecret).update(`postgres role ${role}`).digest('base64url');
    secret(`${context}_${kind}_database_url`, () => `postgres://${role}:${password}@postgres:5432/stead`);
  }
}

const redisPassword = secret('redis_password');
secret('redis_conf', () => `requirepass ${redisPassword}`);
secret('redis_url', () => `redis://:${redisPassword}@redis:6379`);

const s3KeyId = secret('s3_access_key_id', () => `STEAD${randomBytes(8).toString('hex').toUpperCase()}`);
const s3Secret = secret('s3_secret_access_key');
secret('s3_env', () => `MINIO_ROOT_USER=${s3KeyId}\nMINIO_ROOT_PASSWORD=${s3Secret}`);

for (const cluster of CLUSTERS) {
  const token = secret(`${cluster}_token`);
  // Replaced by a real cluster's kubeconfig where there is one. Plain HTTP, which clients take only when told so: it stays on this machine's own network.
  secret(`${cluster}_kubeconfig`, () => JSON.stringify(kubeconfig(cluster, token), null, 2));
}
// What the pods of the local clusters find in `stead-object-store`, as deploy/argo/README.md asks of every cluster.
completed('pod_secrets', {
  'stead-object-store': {
    S3_ENDPOINT: 'http://s3:9000',
    S3_REGION: 'us-east-1',
    S3_BUCKET: 'stead',
    S3_ACCESS_KEY_ID: s3KeyId,
    S3_SECRET_ACCESS_KEY: s3Secret,
    VAULT_KEY: vaultKey,
  },
});
console.log(`${written} secrets written to ${options.folder}; those that were there are unchanged`);
nameOwner(options['owner-file']);

/** The secret of that name; made now if there is none. Another process that makes it at the same time wins or loses whole. */
function secret(name, make = () => randomBytes(SECRET_BYTES).toString('base64url')) {
  const path = join(options.folder, name);
  if (!existsSync(path)) {
    const draft = `${path}.${process.pid}.new`;
    writeFileSync(draft, `${make()}\n`, { mode: 0o600, flag: 'wx' });
    if (isRoot) chownSync(draft, owner.uid, owner.gid);
    try {
      linkSync(draft, path);
      written += 1;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
  }
  const value = readFileSync(path, 'utf8').trim();
  if (value === '') {
    console.error(`${path} is empty: remove it, and this makes a new one`);
    process.exit(1);
  }
  return value;
}

/** A document made of other secrets; one that is there keeps what it has and gets what was not thought of when it was written. */
function completed(name, document) {
  const there = JSON.parse(secret(name, () => JSON.stringify(document)));
  const whole = Object.fromEntries(
    Object.entries({ ...document, ...there }).map(([key, values]) => [key, { ...document[key], ...there[key] }]),
  );
  if (JSON.stringify(whole) === JSON.stringify(there)) return;
  rmSync(join(options.folder, name));
  secret(name, () => JSON.stringify(whole));
}

/** Compose mounts a secret with the owner it has here, so the containers have to run as that user. */
function nameOwner(file) {
  const lines = [`STEAD_UID=${owner.uid}`, `STEAD_GID=${owner.gid}`];
  const there = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const missing = lines.filter((line) => !there.includes(line));
  if (missing.length === 0) return;
  if (existsSync(file)) console.log(`${file} needs: ${missing.join(' ')}`);
  else writeFileSync(file, `${lines.join('\n')}\n`);
}

function kubeconfig(cluster, token) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server: `http://cluster-${cluster}:6443`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'dispatcher', user: { token } }],
    contexts: [{ name: cluster, context: { cluster, user: 'dispatcher', namespace: 'stead' } }],
    'current-context': cluster,
  };
}
