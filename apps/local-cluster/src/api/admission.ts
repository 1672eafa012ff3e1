import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { KubeObject } from '../objects/metadata';
import { containerSchema, tolerationSchema, workflowSpecSchema } from '../objects/workflow-spec';
import { apiVersionOf, type Plural, type Resource } from '../store/resources';
import { ApiError } from './api-error';

const NAME_MAX = 253;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

const words = z.record(z.string(), z.string());
const ownerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});
const bodySchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({
    name: z.string().optional(),
    generateName: z.string().optional(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    labels: z.record(z.string(), z.string().regex(LABEL_VALUE, 'is no label value')).nullish(),
    annotations: words.nullish(),
    ownerReferences: z.array(ownerReference).nullish(),
    finalizers: z.array(z.string()).nullish(),
  }),
});

const podSpecSchema = z.looseObject({
  containers: z
    .array(containerSchema.extend({ name: z.string().min(1) }).loose())
    .length(1, 'this cluster runs pods of exactly one container'),
  initContainers: z.array(z.unknown()).max(0, 'this cluster runs no init containers').optional(),
  volumes: z.array(z.unknown()).max(0, 'this cluster mounts no volumes').optional(),
  resourceClaims: z.array(z.unknown()).max(0, 'this cluster allocates no devices').optional(),
  restartPolicy: z.literal('Never', 'this cluster runs pods once: restartPolicy must be Never').default('Never'),
  activeDeadlineSeconds: z.number().int().positive().optional(),
  terminationGracePeriodSeconds: z.number().int().nonnegative().default(30),
  nodeName: z.string().optional(),
  nodeSelector: words.optional(),
  tolerations: z.array(tolerationSchema).optional(),
  priority: z.number().int().optional(),
  serviceAccountName: z.string().optional(),
});
const data = z.record(z.string().regex(/^[-._a-zA-Z0-9]+$/), z.string()).nullish();
const base64 = z.record(z.string().regex(/^[-._a-zA-Z0-9]+$/), z.base64()).nullish();
const taint = z.object({
  key: z.string(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});

/** What must hold of each kind beyond its metadata. Parsing also fills in defaults. */
const CONTENT: Readonly<Record<Plural, z.ZodType<object>>> = {
  namespaces: z.looseObject({}),
  nodes: z.looseObject({ spec: z.looseObject({ unschedulable: z.boolean().nullish(), taints: z.array(taint).nullish() }) }),
  pods: z.looseObject({ spec: podSpecSchema }),
  events: z.looseObject({}),
  configmaps: z.looseObject({ data }),
  secrets: z.looseObject({
    data: base64,
    stringData: data,
    type: z
      .string()
      .default('')
      .transform((type) => (type === '' ? 'Opaque' : type)),
  }),
  workflows: z.looseObject({ spec: workflowSpecSchema }),
  workflowtemplates: z.looseObject({ spec: workflowSpecSchema }),
  nodepools: z.looseObject({ spec: z.looseObject({ limits: z.record(z.string(), z.coerce.string()) }) }),
  nodeclaims: z.looseObject({}),
  resourceslices: z.looseObject({}),
  resourceclaims: z.looseObject({ spec: z.looseObject({}) }),
  resourceclaimtemplates: z.looseObject({ spec: z.looseObject({}) }),
  deviceclasses: z.looseObject({ spec: z.looseObject({}) }),
};

export interface Admitted {
  /** The object without what only the cluster writes: uid, times, revision. */
  content: Record<string, unknown>;
  name: string;
  namespace: string | undefined;
  metadata: Pick<KubeObject['metadata'], 'labels' | 'annotations' | 'ownerReferences' | 'finalizers' | 'generateName'>;
  /** What the client believes it replaces. */
  resourceVersion: string | undefined;
  uid: string | undefined;
}

/** Checks what a client sent; everything wrong is named at once, with its place. */
export function admit(resource: Resource, body: unknown, at: { namespace: string | null; name: string | null }): Admitted {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) throw unreadableOr(resource, at.name ?? '', parsed.error);
  const { metadata, ...rest } = parsed.data;
  if (resource.group !== '' && rest.apiVersion === apiVersionOf(resource) && rest.kind !== resource.kind) {
    throw wrongField(
      resource,
      metadata.name ?? '',
      'kind',
      'FieldValueInvalid',
      `Invalid value: "${rest.kind}": must be ${resource.kind}`,
    );
  }
  if (rest.kind !== resource.kind || rest.apiVersion !== apiVersionOf(resource)) {
    throw new ApiError(
      'BadRequest',
      `a ${apiVersionOf(resource)} ${resource.kind} is expected here, not a ${rest.apiVersion} ${rest.kind}`,
    );
  }
  const name = nameOf(resource, metadata, at.name);
  if (resource.namespaced && (metadata.namespace ?? '') !== '' && metadata.namespace !== at.namespace) {
    throw new ApiError('BadRequest', `the namespace of the provided object does not match the namespace sent on the request`);
  }
  const content = CONTENT[resource.plural].safeParse(rest);
  if (!content.success) throw invalid(resource, name, content.error);
  return {
    content: { ...content.data },
    name,
    namespace: resource.namespaced ? (at.namespace ?? undefined) : undefined,
    metadata: {
      ...(metadata.generateName !== undefined && { generateName: metadata.generateName }),
      ...(metadata.labels && { labels: metadata.labels }),
      ...(metadata.annotations && { annotations: metadata.annotations }),
      ...(metadata.ownerReferences && { ownerReferences: metadata.ownerReferences }),
      ...(metadata.finalizers && metadata.finalizers.length > 0 && { finalizers: metadata.finalizers }),
    },
    resourceVersion: metadata.resourceVersion === '' ? undefined : metadata.resourceVersion,
    uid: metadata.uid === '' ? undefined : metadata.uid,
  };
}

function nameOf(
  resource: Resource,
  metadata: { name?: string | undefined; generateName?: string | undefined },
  asked: string | null,
): string {
  const given = metadata.name === undefined || metadata.name === '' ? null : metadata.name;
  if (asked !== null && given !== null && asked !== given) {
    throw new ApiError('BadRequest', `the name of the object (${given}) does not match the name on the URL (${asked})`);
  }
  const name = asked ?? given ?? generated(metadata.generateName);
  if (name === null)
    throw wrongField(resource, '', 'metadata.name', 'FieldValueRequired', 'Required value: name or generateName is required');
  if (name.length > NAME_MAX || !SUBDOMAIN.test(name)) {
    const why =
      name.length > NAME_MAX
        ? `must be no more than ${NAME_MAX} characters`
        : `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'`;
    throw wrongField(resource, name, 'metadata.name', 'FieldValueInvalid', `Invalid value: "${name}": ${why}`);
  }
  return name;
}

function generated(prefix: string | undefined): string | null {
  const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
  if (prefix === undefined || prefix === '') return null;
  return prefix + [...randomBytes(5)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

function wrongField(resource: Resource, name: string, field: string, reason: string, message: string): ApiError {
  const { group, kind } = resource;
  const details = { ...(name !== '' && { name }), group, kind, causes: [{ reason, message, field }] };
  return new ApiError('Invalid', `${titleOf(resource)} "${name}" is invalid: ${field}: ${message}`, details);
}

/** What is no object of the kind at all (a number for a label, no kind) cannot be read; what is one, and wrong, is invalid. */
function unreadableOr(resource: Resource, name: string, error: z.ZodError): ApiError {
  const { kind, version } = resource;
  const [wrongType] = error.issues.filter(({ code }) => code === 'invalid_type');
  if (wrongType === undefined) return invalid(resource, name, error);
  const why = `${wrongType.path.join('.')}: ${wrongType.message}`;
  return new ApiError('BadRequest', `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}

function titleOf({ group, kind }: Resource): string {
  return group === '' ? kind : `${kind}.${group}`;
}

function invalid(resource: Resource, name: string, error: z.ZodError): ApiError {
  const causes = error.issues.map((issue) => ({
    reason: 'FieldValueInvalid',
    message: issue.message,
    field: issue.path.join('.'),
  }));
  const listed = causes.map(({ field, message }) => `${field === '' ? '(whole)' : field}: ${message}`).join(', ');
  return new ApiError('Invalid', `${titleOf(resource)} "${name}" is invalid: ${listed}`, {
    name,
    group: resource.group,
    kind: resource.kind,
    causes,
  });
}
