import { loop } from '@stead/platform/lifecycle';
import type { Database } from '@stead/platform/postgres';
import type { Clock } from '@stead/platform/clock';
import type { ServiceParts } from '@stead/platform/service';
import { EventualDatabaseClock, timeOf } from './adapters/postgres/database-clock';
import type { DispatcherConfig } from './config';

/** Clocks drift apart by milliseconds in such a time. A database that another one follows may have another time. */
export const ASK_TIME_MS = 5_000;

/** What requests and orders are dated by: the leader, which compares its own times with theirs, goes by the database's. */
export function serviceClock(parts: ServiceParts<DispatcherConfig>, database: Pick<Database, 'query'>): Clock {
  const clock = new EventualDatabaseClock(() => timeOf(database), parts.clock);
  const asking = loop('clock', parts.logger, ASK_TIME_MS, () => clock.ask());
  parts.onClose(() => asking.stop());
  return clock;
}
