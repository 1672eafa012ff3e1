import type { Container, EnvVar, Pod } from '../objects/pod';
import type { ConfigMap, Secret } from '../objects/plain';

export interface Lookup {
  secret(name: string): Secret | undefined;
  configMap(name: string): ConfigMap | undefined;
}

/** A container whose environment names what is not there waits until it is, as on a real node. */
export class EnvironmentIncomplete extends Error {}

/** The environment of a container, in the order of Kubernetes: `envFrom` first, then `env`, with `$(NAME)` filled in. */
export function environmentOf(pod: Pod, container: Container, lookup: Lookup): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { prefix = '', secretRef, configMapRef } of container.envFrom ?? []) {
    if (secretRef !== undefined) {
      const data = lookup.secret(secretRef.name ?? '')?.data;
      if (data === undefined && secretRef.optional !== true)
        throw new EnvironmentIncomplete(`secret "${secretRef.name ?? ''}" not found`);
      for (const [key, value] of Object.entries(data ?? {})) env[prefix + key] = fromBase64(value);
    }
    if (configMapRef !== undefined) {
      const data = lookup.configMap(configMapRef.name ?? '')?.data;
      if (data === undefined && configMapRef.optional !== true) {
        throw new EnvironmentIncomplete(`configmap "${configMapRef.name ?? ''}" not found`);
      }
      for (const [key, value] of Object.entries(data ?? {})) env[prefix + key] = value;
    }
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(pod, variable, lookup);
    if (value !== undefined) env[variable.name] = expand(value, env);
  }
  return env;
}

/** `$(NAME)` becomes the variable's value, `$$(NAME)` the text `$(NAME)`; what is unknown stays. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$\([^)]*\)|\(([^)]*)\))/g, (whole, tail: string, name: string | undefined) => {
    if (tail.startsWith('$')) return tail;
    return (name === undefined ? undefined : env[name]) ?? whole;
  });
}

function valueOf(pod: Pod, { value, valueFrom }: EnvVar, lookup: Lookup): string | undefined {
  if (valueFrom === undefined) return value ?? '';
  if (valueFrom.secretKeyRef !== undefined) {
    const { name = '', key, optional } = valueFrom.secretKeyRef;
    const found = lookup.secret(name)?.data?.[key];
    if (found === undefined && optional !== true) throw new EnvironmentIncomplete(`couldn't find key ${key} in Secret ${name}`);
    return found === undefined ? undefined : fromBase64(found);
  }
  if (valueFrom.configMapKeyRef !== undefined) {
    const { name = '', key, optional } = valueFrom.configMapKeyRef;
    const found = lookup.configMap(name)?.data?.[key];
    if (found === undefined && optional !== true)
      throw new EnvironmentIncomplete(`couldn't find key ${key} in ConfigMap ${name}`);
    return found;
  }
  return fieldOf(pod, valueFrom.fieldRef?.fieldPath ?? '');
}

function fieldOf(pod: Pod, path: string): string {
  const mapped = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (mapped !== null) return (mapped[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations)?.[mapped[2] ?? ''] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? 'default',
    'status.podIP': '127.0.0.1',
    'status.hostIP': '127.0.0.1',
  };
  const value = fields[path];
  if (value === undefined) throw new EnvironmentIncomplete(`fieldRef ${path} is not supported`);
  return value;
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
