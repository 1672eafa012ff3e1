import type { SqlExecutor } from '@stead/platform/postgres';

/** Postgres channel on which the scheduler's leader hears that there is something to do, whichever process it runs in. */
export const WAKE_CHANNEL = 'stead_dispatcher';

/** What there is to do, where that is one thing; `all` where it may be anything. */
export type Wanted = 'all' | 'place' | 'purge';

/** Takes effect after the transaction. A lost wake-up costs a tick of the scheduler, nothing else. */
export function wakeScheduler(tx: SqlExecutor, wanted: Wanted = 'all'): void {
  tx.notify(WAKE_CHANNEL, wanted);
}
