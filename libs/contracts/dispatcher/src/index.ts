export { DEFAULT_PLACEMENT, placementPolicySchema } from './placement';
export type { PlacementPolicy } from './placement';
export { requestRun, cancelRun, purgeRun } from './jobs';
export { runChanged, runProgressed } from './events';
export { runStateSchema, attemptStateSchema, runFailureSchema, runResultSchema } from './states';
export type { RunState, AttemptState, RunFailure, RunResult } from './states';
export {
  runParams,
  listRunsQuery,
  runLogsQuery,
  runSummarySchema,
  runSchema,
  runStepSchema,
  runAttemptSchema,
  runReplicationSchema,
  decisionSchema,
  decisionsSchema,
  clusterVerdictSchema,
  clusterCloudSchema,
  clusterSchema,
  clustersSchema,
  clusterKindSchema,
  clusterHealthSchema,
} from './http';
export type {
  ClusterCloud,
  ClusterHealth,
  ClusterKind,
  ClusterView,
  DecisionView,
  ListRunsQuery,
  RunAttemptView,
  RunReplicationView,
  RunStepView,
  RunSummaryView,
  RunView,
} from './http';
