export { ClusterClient } from './cluster-client';
export type { ClusterClientOptions, PodLogOptions, WatchHandlers } from './cluster-client';
export { CollectionCache } from './collection-watch';
export type { CollectionWatch } from './collection-watch';
export { KubeCredentials } from './kube-credentials';
export { KubeError, errorFromAnswer, isKubeError, isSilence } from './kube-error';
export type { KubeErrorClass } from './kube-error';
export { ANNOTATION, LABEL, nodeSchema, parseWorkflow, podSchema, workflowTemplateSchema } from './kube-objects';
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
export { KubeTransport } from './kube-transport';
export type { KubeAnswer, KubeRequest } from './kube-transport';
export { buildWorkflow, specHash } from './workflow-builder';
export type { WorkflowManifest, WorkflowRequest } from './workflow-builder';
