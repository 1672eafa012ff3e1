import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Finding, KubeconfigSource } from '../../../application/cluster-check';

const named = z.array(z.looseObject({ name: z.string() })).default([]);
const clusterSchema = z.looseObject({
  server: z.string().optional(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
});
const userSchema = z.looseObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
});
const contextSchema = z.looseObject({ cluster: z.string(), user: z.string(), namespace: z.string().optional() });
/** <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>. */
const schema = z.looseObject({
  'current-context': z.string().optional(),
  clusters: named,
  users: named,
  contexts: named,
});

export interface ReadKubeconfig {
  /** A file with it, for the client library; text that was sent lies in a folder of its own until `dispose`. */
  path: string;
  context: string;
  namespace: string | null;
  server: string;
  cluster: z.infer<typeof clusterSchema>;
  user: z.infer<typeof userSchema>;
  /** The authority that the server has to show, PEM; null when none is named. */
  authorityPem: string | null;
  dispose(): Promise<void>;
}

/** A kubeconfig that nothing can be asked with. */
export class UnusableKubeconfig extends Error {
  constructor(readonly finding: Finding) {
    super(finding.detail);
  }
}

/** Reads a kubeconfig as far as it can be judged without asking anybody; throws `UnusableKubeconfig`. */
export async function readKubeconfig(source: KubeconfigSource, context?: string): Promise<ReadKubeconfig> {
  const where = 'path' in source ? source.path : 'the kubeconfig';
  const found = await parsed(source, where);
  const chosen = context ?? found['current-context'] ?? '';
  const names = found.contexts.map(({ name }) => name);
  const entry = contextOf(found.contexts.find(({ name }) => name === chosen)?.['context']);
  if (entry === null) {
    const has = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
    throw incomplete(chosen === '' ? `${where} has no current context` : `${where} has no context ${chosen}; ${has}`);
  }
  const cluster = clusterSchema.safeParse(found.clusters.find(({ name }) => name === entry.cluster)?.['cluster']);
  if (!cluster.success)
    throw incomplete(`the context ${chosen} of ${where} names the cluster ${entry.cluster}, which is not there`);
  const user = userSchema.safeParse(found.users.find(({ name }) => name === entry.user)?.['user']);
  if (!user.success) throw incomplete(`the context ${chosen} of ${where} names the user ${entry.user}, who is not there`);
  const { server } = cluster.data;
  if (server === undefined || !URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
    throw incomplete(`the cluster ${entry.cluster} of ${where} has no server address (${server ?? 'none'})`);
  const foreign = 'text' in source ? outsideOf(cluster.data, user.data) : [];
  if (foreign.length > 0) throw notSelfContained(foreign);
  const authorityPem = await authorityOf(cluster.data, 'path' in source ? dirname(source.path) : '.');
  if (authorityPem instanceof Error)
    throw new UnusableKubeconfig(unusable(`The certificate authority of ${where} cannot be read: ${authorityPem.message}.`));
  const file = await fileOf(source);
  return {
    ...file,
    context: chosen,
    namespace: entry.namespace ?? null,
    server,
    cluster: cluster.data,
    user: user.data,
    authorityPem,
  };
}

async function parsed(source: KubeconfigSource, where: string): Promise<z.infer<typeof schema>> {
  try {
    const text = 'path' in source ? await readFile(source.path, 'utf8') : source.text;
    const result = schema.safeParse(parse(text));
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw unreadable(where, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  } catch (error) {
    if (error instanceof UnusableKubeconfig) throw error;
    throw unreadable(where, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

function contextOf(value: unknown): z.infer<typeof contextSchema> | null {
  const result = contextSchema.safeParse(value);
  return result.success ? result.data : null;
}

/** What a kubeconfig that was sent would have this machine read or run: whoever may send one must not gain that. */
function outsideOf(cluster: z.infer<typeof clusterSchema>, user: z.infer<typeof userSchema>): string[] {
  const inUser = (['exec', 'auth-provider', 'tokenFile', 'client-certificate', 'client-key'] as const).filter(
    (field) => user[field] !== undefined,
  );
  return [...(cluster['certificate-authority'] === undefined ? [] : ['certificate-authority']), ...inUser];
}

async function authorityOf(cluster: z.infer<typeof clusterSchema>, folder: string): Promise<string | null | Error> {
  const { 'certificate-authority-data': data, 'certificate-authority': file } = cluster;
  try {
    const pem = data !== undefined ? Buffer.from(data, 'base64').toString('utf8') : null;
    const read = pem ?? (file === undefined ? null : await readFile(resolve(folder, file), 'utf8'));
    if (read !== null) new X509Certificate(read); // throws when it is none
    return read;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function fileOf(source: KubeconfigSource): Promise<Pick<ReadKubeconfig, 'path' | 'dispose'>> {
  if ('path' in source) return { path: source.path, dispose: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'stead-kubeconfig-'));
  const path = join(folder, 'kubeconfig');
  await writeFile(path, source.text, { mode: 0o600 });
  return { path, dispose: () => rm(folder, { recursive: true, force: true }) };
}

/** The same for two kubeconfigs that lead to one address with one authority, whatever their users and names are. */
export function addressIdentity({ server, authorityPem }: Pick<ReadKubeconfig, 'server' | 'authorityPem'>): string {
  const url = new URL(server);
  const authority = authorityPem === null ? '' : new X509Certificate(authorityPem).fingerprint256;
  const address = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
  return `address:${createHash('sha256').update(`${address} ${authority}`).digest('hex')}`;
}

/** Why credentials that were refused may be too old, as far as they themselves say; empty when they do not. */
export function expiryOf({ user }: Pick<ReadKubeconfig, 'user'>, nowMs: number): string {
  const expiresAtMs = tokenExpiryMs(user.token) ?? certificateExpiryMs(user['client-certificate-data']);
  return expiresAtMs !== null && expiresAtMs < nowMs ? ` They expired at ${new Date(expiresAtMs).toISOString()}.` : '';
}

/** `exp` of a JSON Web Token, which service account tokens are. */
function tokenExpiryMs(token: string | undefined): number | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const parsedClaims = z.looseObject({ exp: z.number() }).safeParse(claims);
    return parsedClaims.success ? parsedClaims.data.exp * 1000 : null;
  } catch {
    return null;
  }
}

function certificateExpiryMs(base64: string | undefined): number | null {
  try {
    return base64 === undefined ? null : Date.parse(new X509Certificate(Buffer.from(base64, 'base64')).validTo);
  } catch {
    return null;
  }
}

function unreadable(where: string, why: string): UnusableKubeconfig {
  const fix = 'Give a kubeconfig as `kubectl config view --minify --flatten --raw` prints it.';
  return new UnusableKubeconfig({
    code: 'kubeconfig-unreadable',
    severity: 'error',
    detail: `${where} is not a kubeconfig: ${why}.`,
    fix,
  });
}

function incomplete(why: string): UnusableKubeconfig {
  const fix = 'Choose a context that is there, or print a whole one with `kubectl config view --minify --flatten --raw`.';
  return new UnusableKubeconfig({
    code: 'kubeconfig-incomplete',
    severity: 'error',
    detail: `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}.`,
    fix,
  });
}

function notSelfContained(fields: readonly string[]): UnusableKubeconfig {
  const detail = `The kubeconfig names files or programs of its own machine (${fields.join(', ')}), which are not looked for here.`;
  const fix = 'Put certificates and a service account token into it: `kubectl config view --minify --flatten --raw`.';
  return new UnusableKubeconfig({ code: 'kubeconfig-not-self-contained', severity: 'error', detail, fix });
}

/** The client library cannot make sense of it, or its credentials cannot be had. */
export function unusable(detail: string): Finding {
  const fix = 'Mend the kubeconfig; `kubectl --kubeconfig FILE version` shows the same.';
  return { code: 'kubeconfig-unusable', severity: 'error', detail, fix };
}
