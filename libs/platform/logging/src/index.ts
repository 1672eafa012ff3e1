export { createLogger } from './logger';
export type { Logger } from './logger';
export { withContext, currentContext, currentRequestId } from './context';
export type { LogContext } from './context';
export { seldom } from './seldom';
