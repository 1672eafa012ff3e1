import { parse } from 'yaml';
import { z } from 'zod';

const named = z.array(z.looseObject({ name: z.string() })).default([]);
const schema = z.looseObject({
  'current-context': z.string().optional(),
  clusters: named,
  users: named,
  contexts: named,
});
const contextSchema = z.looseObject({ cluster: z.string(), user: z.string() });
const members = z.record(z.string(), z.unknown());

/** What may be kept: credentials themselves, never the name of a file or a program of some machine. */
const OF_CLUSTER = ['server', 'certificate-authority-data', 'insecure-skip-tls-verify', 'tls-server-name', 'proxy-url'];
const OF_USER = ['token', 'client-certificate-data', 'client-key-data', 'username', 'password'];

/**
 * A kubeconfig with one context and nothing that the client would run or read elsewhere, as JSON, which is YAML as well. Throws
 * where the context is not whole.
 */
export function minifyKubeconfig(text: string, context: string | undefined): string {
  const whole = schema.parse(parse(text));
  const chosen = context ?? whole['current-context'] ?? '';
  const entry = contextSchema.parse(whole.contexts.find(({ name }) => name === chosen)?.['context']);
  const cluster = members.parse(whole.clusters.find(({ name }) => name === entry.cluster)?.['cluster']);
  const user = members.parse(whole.users.find(({ name }) => name === entry.user)?.['user']);
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: pick(cluster, OF_CLUSTER) }],
    users: [{ name: 'user', user: pick(user, OF_USER) }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'user' } }],
    'current-context': 'context',
  });
}

function pick(from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}
