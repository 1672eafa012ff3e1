import type { OwnerReference } from '../objects/metadata';
import type { Workflow } from '../objects/workflow';
import { ANNOTATION, LABEL } from '../objects/workflow';
import type { Template, WorkflowSpec } from '../objects/workflow-spec';
import type { Draft } from '../store/object-store';
import { patched } from './pod-spec-patch';
import { TemplateError } from './template-error';

const GRACE_S = 30;
const CONTAINER = 'main';

export interface NewPod {
  name: string;
  nodeId: string;
  nodeName: string;
  template: Template;
}

/** The pod of one try of a step. */
export function buildPod(workflow: Workflow, spec: WorkflowSpec, { name, nodeId, nodeName, template }: NewPod): Draft<'pods'> {
  const { container } = template;
  if (container === undefined) throw new TemplateError(`templates.${template.name} has no container`);
  const { activeDeadlineSeconds } = template;
  const instanceId = workflow.metadata.labels?.[LABEL.instanceId];
  const tolerations = template.tolerations ?? spec.tolerations;
  const nodeSelector = template.nodeSelector ?? spec.nodeSelector;
  const priority = template.priority ?? spec.priority;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: workflow.metadata.namespace,
      labels: {
        ...spec.podMetadata?.labels,
        ...template.metadata?.labels,
        [LABEL.workflow]: workflow.metadata.name,
        [LABEL.completed]: 'false',
        ...(instanceId !== undefined && { [LABEL.instanceId]: instanceId }),
      },
      annotations: {
        ...spec.podMetadata?.annotations,
        ...template.metadata?.annotations,
        [ANNOTATION.nodeId]: nodeId,
        [ANNOTATION.nodeName]: nodeName,
      },
      ownerReferences: [ownerOf(workflow)],
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: GRACE_S,
      containers: [{ ...patched(container, CONTAINER, template.podSpecPatch), name: CONTAINER }],
      serviceAccountName: template.serviceAccountName ?? spec.serviceAccountName ?? 'default',
      ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
      ...(tolerations && { tolerations }),
      ...(nodeSelector && { nodeSelector }),
      ...(priority !== undefined && { priority }),
    },
    status: { phase: 'Pending', qosClass: 'Burstable' },
  };
}

function ownerOf({ apiVersion, kind, metadata: { name, uid } }: Workflow): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
