import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line of a piece of work carries: it links a request to the job it caused and the rows they wrote. */
export interface LogContext {
  requestId: string;
  workspaceId?: string;
  job?: string;
}

const storage = new AsyncLocalStorage<LogContext>();

export function withContext<T>(context: LogContext, work: () => T): T {
  return storage.run(context, work);
}

export function currentContext(): LogContext | undefined {
  return storage.getStore();
}

export function currentRequestId(): string {
  return storage.getStore()?.requestId ?? 'none';
}
