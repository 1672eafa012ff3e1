export { ClusterClient } from './cluster-client';
export type { ClusterClientOptions, PodLogOptions, WatchHandlers } from './cluster-client';
export { KARPENTER, conditionOf, isTrue, nodeClaimSchema, nodePoolSchema } from './cloud-objects';
export type { NodeClaim, NodePool } from './cloud-objects';
export { CollectionCache } from './collection-watch';
export type { CollectionWatch } from './collection-watch';
export { KubeCredentials } from './kube-credentials';
export type { InlineKubeconfig } from './kube-credentials';
export { parseDeviceClass, parseResourceClaim, parseResourceClaimTemplate, parseResourceSlice } from './device-objects';
export type { Device, DeviceClass, DeviceRequest, ResourceClaim, ResourceClaimTemplate, ResourceSlice } from './device-objects';
export { KubeError, errorFromAnswer, isKubeError, isSilence } from './kube-error';
export type { KubeErrorClass } from './kube-error';
export { ANNOTATION, LABEL, nodeSchema, parseWorkflow, podSchema, workflowTemplateSchema } from './kube-objects';
export type {
  Condition,
  MetadataObject,
  Node,
  NodeAffinity,
  Pod,
  PodContainer,
  PodResourceClaim,
  StepTemplate,
  Taint,
  Toleration,
  Workflow,
  WorkflowNode,
  WorkflowTemplate,
} from './kube-objects';
export { KubeTransport } from './kube-transport';
export type { KubeAnswer, KubeRequest } from './kube-transport';
export type { OptionalHandlers, OptionalWatch, Presence } from './optional-watch';
export { buildWorkflow, specHash } from './workflow-builder';
export type { WorkflowManifest, WorkflowRequest } from './workflow-builder';
