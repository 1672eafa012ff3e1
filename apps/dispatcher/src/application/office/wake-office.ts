import type { SqlExecutor } from '@stead/platform/postgres';

/**
 * Postgres channel on which the leader hears that operators want something else. Not that of the scheduler: it would place what
 * was just given back before it knows why.
 */
export const OFFICE_CHANNEL = 'stead_dispatcher_office';

/** Takes effect after the transaction. A lost one costs a tick. */
export function wakeOffice(tx: SqlExecutor): void {
  tx.notify(OFFICE_CHANNEL, '');
}
