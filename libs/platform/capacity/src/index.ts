export { podRequests, requestsByStep, roomByNode, unboundDemands } from './capacity';
export type { NodeRoom, Resources } from './capacity';
export { labelsAskedFor, takes } from './node-choice';
export type { NodeChoice } from './node-choice';
export { runDemand, weightOf } from './run-demand';
export type { PodDemand } from './run-demand';
