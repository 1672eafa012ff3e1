import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Tokens } from './api/credentials';
import { isUsable, selfSigned } from './tls/self-signed';

const IDENTITY_FILE = 'identity.json';
const TOKEN_BYTES = 32;
const identitySchema = z.object({
  dispatcherToken: z.string().min(16),
  adminToken: z.string().min(16),
  port: z.number().int().nonnegative(),
  adminPort: z.number().int().nonnegative(),
  tls: z.object({ keyPem: z.string(), certificatePem: z.string() }),
});

/** What stays the same over restarts, so that a kubeconfig that somebody holds stays good. */
export type Identity = z.infer<typeof identitySchema>;

export async function loadIdentity(folder: string, token: string | undefined, host: string, now: number): Promise<Identity> {
  const path = join(folder, IDENTITY_FILE);
  const content = await readFile(path, 'utf8').catch(() => null);
  const known = content === null ? null : identitySchema.parse(JSON.parse(content));
  const hosts = [...new Set([host, '127.0.0.1', 'localhost'])];
  return {
    dispatcherToken: token ?? known?.dispatcherToken ?? randomBytes(TOKEN_BYTES).toString('base64url'),
    adminToken: known?.adminToken ?? randomBytes(TOKEN_BYTES).toString('base64url'),
    port: known?.port ?? 0,
    adminPort: known?.adminPort ?? 0,
    tls: known !== null && isUsable(known.tls, hosts, now) ? known.tls : selfSigned(hosts, now),
  };
}

export async function saveIdentity(folder: string, identity: Identity): Promise<void> {
  await writeWhole(join(folder, IDENTITY_FILE), JSON.stringify(identity));
}

export function tokensOf({ dispatcherToken, adminToken }: Identity): Tokens {
  return { dispatcher: dispatcherToken, admin: adminToken };
}

export async function writeKubeconfig(
  path: string,
  about: { name: string; url: string; namespace: string; user: string; token: string; certificatePem: string },
): Promise<string> {
  const { name, url, namespace, user, token, certificatePem } = about;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(certificatePem).toString('base64') } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user, namespace } }],
    'current-context': name,
  };
  await writeWhole(path, stringify(config));
  return path;
}

async function writeWhole(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
