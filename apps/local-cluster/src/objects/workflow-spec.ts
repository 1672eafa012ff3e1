import { z } from 'zod';
import { parseQuantity } from './quantity';

/**
 * The part of Argo Workflows' spec that this cluster interprets: <https://argo-workflows.readthedocs.io/en/latest/fields/>.
 * Objects are strict: a field that would be ignored here changes what a workflow means, so it is refused by name instead.
 */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const wholeNumber = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
]);
const quantity = z
  .union([z.string(), z.number()])
  .refine((value) => parseQuantity(value) !== null, 'must be a quantity such as 500m or 2Gi');
const words = z.record(z.string(), z.string());

const parameter = z.strictObject({
  name: z.string().min(1),
  value: text.optional(),
  default: text.optional(),
  enum: z.array(text).optional(),
  description: z.string().optional(),
});
const args = z.strictObject({ parameters: z.array(parameter).optional() });

const keyReference = z.strictObject({ name: z.string().optional(), key: z.string(), optional: z.boolean().optional() });
const namedReference = z.strictObject({ name: z.string().optional(), optional: z.boolean().optional() });
const envVar = z.strictObject({
  name: z.string().min(1),
  value: z.string().optional(),
  valueFrom: z
    .strictObject({
      secretKeyRef: keyReference.optional(),
      configMapKeyRef: keyReference.optional(),
      fieldRef: z.strictObject({ fieldPath: z.string(), apiVersion: z.string().optional() }).optional(),
    })
    .optional(),
});
const envFrom = z.strictObject({
  prefix: z.string().optional(),
  secretRef: namedReference.optional(),
  configMapRef: namedReference.optional(),
});
const resources = z.strictObject({
  requests: z.record(z.string(), quantity).optional(),
  limits: z.record(z.string(), quantity).optional(),
});

/** Accepted and without effect on one machine: who may pull an image, what a container may do to its kernel. */
const withoutEffect = {
  imagePullPolicy: z.string().optional(),
  securityContext: z.unknown().optional(),
  terminationMessagePath: z.string().optional(),
  terminationMessagePolicy: z.string().optional(),
};
export const containerSchema = z.strictObject({
  name: z.string().optional(),
  image: z.string().min(1),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(envVar).optional(),
  envFrom: z.array(envFrom).optional(),
  workingDir: z.string().optional(),
  resources: resources.optional(),
  ...withoutEffect,
});

export const tolerationSchema = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(['Exists', 'Equal']).optional(),
  value: z.string().optional(),
  effect: z.string().optional(),
  tolerationSeconds: z.number().optional(),
});

const retryStrategy = z.strictObject({
  limit: wholeNumber.optional(),
  retryPolicy: z.enum(['Always', 'OnFailure', 'OnError', 'OnTransientError']).optional(),
  expression: z.string().optional(),
  backoff: z
    .strictObject({
      duration: text.optional(),
      factor: wholeNumber.optional(),
      maxDuration: text.optional(),
      cap: text.optional(),
    })
    .optional(),
});
export type RetryStrategy = z.infer<typeof retryStrategy>;

const task = z.strictObject({
  name: z.string().min(1),
  template: z.string().min(1),
  arguments: args.optional(),
  when: z.string().optional(),
  continueOn: z.strictObject({ failed: z.boolean().optional(), error: z.boolean().optional() }).optional(),
});
const dagTask = task.extend({ dependencies: z.array(z.string()).optional() });
export type Task = z.infer<typeof task>;
export type DagTask = z.infer<typeof dagTask>;

const metadata = z.strictObject({ labels: words.optional(), annotations: words.optional() });

const templateSchema = z.strictObject({
  name: z.string().min(1),
  inputs: args.optional(),
  outputs: z.strictObject({}).optional(),
  metadata: metadata.optional(),
  container: containerSchema.optional(),
  dag: z.strictObject({ tasks: z.array(dagTask).min(1), failFast: z.boolean().optional() }).optional(),
  steps: z.array(z.array(task)).optional(),
  suspend: z.strictObject({ duration: text.optional() }).optional(),
  retryStrategy: retryStrategy.optional(),
  activeDeadlineSeconds: wholeNumber.optional(),
  parallelism: z.number().int().positive().optional(),
  failFast: z.boolean().optional(),
  nodeSelector: words.optional(),
  tolerations: z.array(tolerationSchema).optional(),
  priority: z.number().int().optional(),
  serviceAccountName: z.string().optional(),
  podSpecPatch: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  securityContext: z.unknown().optional(),
});
export type Template = z.infer<typeof templateSchema>;

const seconds = z.number().int().nonnegative().optional();
export const workflowSpecSchema = z.strictObject({
  entrypoint: z.string().optional(),
  arguments: args.optional(),
  templates: z.array(templateSchema).max(200).optional(),
  workflowTemplateRef: z.strictObject({ name: z.string(), clusterScope: z.boolean().optional() }).optional(),
  onExit: z.string().optional(),
  parallelism: z.number().int().positive().optional(),
  suspend: z.boolean().optional(),
  shutdown: z.enum(['Stop', 'Terminate', '']).optional(),
  activeDeadlineSeconds: z.number().int().nonnegative().optional(),
  priority: z.number().int().optional(),
  ttlStrategy: z
    .strictObject({ secondsAfterCompletion: seconds, secondsAfterSuccess: seconds, secondsAfterFailure: seconds })
    .optional(),
  podGC: z
    .strictObject({
      strategy: z.enum(['OnPodCompletion', 'OnPodSuccess', 'OnWorkflowCompletion', 'OnWorkflowSuccess']).optional(),
      deleteDelayDuration: text.optional(),
    })
    .optional(),
  retryStrategy: retryStrategy.optional(),
  nodeSelector: words.optional(),
  tolerations: z.array(tolerationSchema).optional(),
  podMetadata: metadata.optional(),
  workflowMetadata: metadata.optional(),
  serviceAccountName: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  securityContext: z.unknown().optional(),
  imagePullSecrets: z.unknown().optional(),
  archiveLogs: z.boolean().optional(),
  artifactRepositoryRef: z.unknown().optional(),
});
export type WorkflowSpec = z.infer<typeof workflowSpecSchema>;
export type Arguments = z.infer<typeof args>;
