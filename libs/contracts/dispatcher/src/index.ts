export { requestRun, cancelRun, purgeRun } from './jobs';
export { runChanged, runProgressed } from './events';
export { runStateSchema, attemptStateSchema, runFailureSchema, runResultSchema } from './states';
export type { RunState, AttemptState, RunFailure, RunResult } from './states';
