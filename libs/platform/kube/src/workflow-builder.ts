import { createHash } from 'node:crypto';

export interface WorkflowRequest {
  /** At most 63 characters. There is no generated name: a POST that is sent twice must not make two. */
  name: string;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
  /** Name of a WorkflowTemplate of the cluster, which holds everything that differs between clusters. */
  template: string;
  entrypoint: string;
  parameters: Readonly<Record<string, string>>;
  priority?: number;
  /** How long the finished object, and so its name, stays. */
  ttlS: number;
  activeDeadlineS?: number;
  /** Of a controller that only takes workflows with its label. */
  instanceId?: string;
}

export interface WorkflowManifest {
  apiVersion: 'argoproj.io/v1alpha1';
  kind: 'Workflow';
  metadata: { name: string; namespace: string; labels: Record<string, string>; annotations: Record<string, string> };
  spec: Record<string, unknown>;
}

const NAME_LENGTH_MAX = 63;
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_VALUE = /^$|^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const INSTANCE_LABEL = 'workflows.argoproj.io/controller-instanceid';

/** Only fields that Argo's strictest template referencing lets a submission set. Pure: same request, same manifest. */
export function buildWorkflow(request: WorkflowRequest): WorkflowManifest {
  const { name, namespace, template, entrypoint, parameters, priority, ttlS, activeDeadlineS, instanceId } = request;
  if (name.length > NAME_LENGTH_MAX || !NAME.test(name)) throw new RangeError(`"${name}" cannot be the name of a workflow`);
  for (const [label, value] of Object.entries(request.labels)) {
    if (!LABEL_VALUE.test(value)) throw new RangeError(`"${value}" cannot be the value of the label ${label}`);
  }
  const labels = { ...request.labels, ...(instanceId === undefined ? {} : { [INSTANCE_LABEL]: instanceId }) };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, namespace, labels, annotations: { ...request.annotations } },
    spec: {
      workflowTemplateRef: { name: template },
      entrypoint,
      arguments: { parameters: Object.entries(parameters).map(([key, value]) => ({ name: key, value })) },
      ...(priority === undefined ? {} : { priority }),
      ttlStrategy: { secondsAfterCompletion: ttlS },
      ...(activeDeadlineS === undefined ? {} : { activeDeadlineSeconds: activeDeadlineS }),
    },
  };
}

/** sha256 of a spec, whatever the order of its members: tells whether what stands on a cluster is what was sent. */
export function specHash(spec: unknown): string {
  return createHash('sha256').update(canonical(spec)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
