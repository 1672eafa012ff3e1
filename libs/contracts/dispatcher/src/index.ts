export { DEFAULT_PLACEMENT, placementPolicySchema } from './placement';
export type { PlacementPolicy } from './placement';
export { estimateRunBody, estimatedPlaceSchema, runEstimateSchema } from './estimate';
export type { EstimateRunBody, EstimatedPlace, RunEstimateView } from './estimate';
export { listRunFilesQuery, runFileKindSchema, runFileSchema, runFilesSchema } from './files';
export type { ListRunFilesQuery, RunFileKind, RunFileView, RunFilesView } from './files';
export { requestRun, cancelRun, purgeRun, purgedPartSchema } from './jobs';
export type { PurgedPart } from './jobs';
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
export {
  clusterParams,
  registerClusterBody,
  rotateKubeconfigBody,
  changeClusterBody,
  clusterOrderBody,
  totalLossBody,
  clusterWishSchema,
  clusterNodeSchema,
  platformClusterSchema,
  platformClustersSchema,
  platformClusterDetailSchema,
  clusterReportSchema,
  totalLossSchema,
} from './back-office/clusters';
export type {
  RegisterClusterBody,
  RotateKubeconfigBody,
  ChangeClusterBody,
  ClusterWish,
  ClusterNodeView,
  PlatformClusterView,
  PlatformClusterDetailView,
  ClusterReportView,
} from './back-office/clusters';
export {
  priorityIn,
  queueParams,
  decisionParams,
  openRunStateSchema,
  listQueueQuery,
  loggedDecisionSchema,
  queueItemSchema,
  queueDetailSchema,
  reprioritiseBody,
  listDeadLettersQuery,
  deadLetterSchema,
  requeueBody,
  requeueManyBody,
  requeuedManySchema,
} from './back-office/queue';
export type {
  ListQueueQuery,
  LoggedDecisionView,
  QueueItemView,
  QueueDetailView,
  ReprioritiseBody,
  ListDeadLettersQuery,
  DeadLetterView,
  RequeueManyBody,
  RequeuedManyView,
} from './back-office/queue';
export {
  budgetScopeSchema,
  budgetPeriodSchema,
  budgetParams,
  setBudgetBody,
  budgetSchema,
  budgetsSchema,
} from './back-office/budgets';
export type { SetBudgetBody, BudgetView } from './back-office/budgets';
export { rulesParams, listRulesQuery, setRulesBody, workspaceRulesSchema } from './back-office/rules';
export type { SetRulesBody, WorkspaceRulesView } from './back-office/rules';
export { replaySchema, whatIfChangeSchema, whatIfBody, forecastSchema, whatIfSchema } from './back-office/foresight';
export type { DecisionReplayView, WhatIfChange, WhatIfBody, Forecast, WhatIfView } from './back-office/foresight';
export { usageQuery, usageSchema, auditActionSchema, listAuditQuery, auditEntrySchema } from './back-office/records';
export type { UsageQuery, UsageView, AuditAction, ListAuditQuery, AuditEntryView } from './back-office/records';
