export { ClusterClient } from './cluster-client';
export type { ClusterClientOptions, PodLogOptions, WatchHandlers } from './cluster-client';
export { CollectionCache } from './collection-watch';
export type { CollectionWatch } from './collection-watch';
export { KubeError, isKubeError, isSilence } from './kube-error';
export type { KubeErrorClass } from './kube-error';
export { ANNOTATION, LABEL, nodeSchema, podSchema, workflowTemplateSchema } from './kube-objects';
export type {
  MetadataObject,
  Node,
  NodeAffinity,
  Pod,
  PodContainer,
  StepTemplate,
  Taint,
  Toleration,
  Workflow,
  WorkflowNode,
  WorkflowTemplate,
} from './kube-objects';
export { buildWorkflow, specHash } from './workflow-builder';
export type { WorkflowManifest, WorkflowRequest } from './workflow-builder';
