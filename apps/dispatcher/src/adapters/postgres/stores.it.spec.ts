import { PostgresOutbox } from '@stead/platform/outbox';
import { connect, tryAcquire } from '@stead/platform/postgres';
import { newId } from '@stead/platform/ids';
import { freshDatabase } from '@stead/testing/servers';
import { accountStoresContract } from '../../testing/contracts/account-stores.contract';
import { attemptStoreContract } from '../../testing/contracts/attempt-store.contract';
import { recordStoresContract } from '../../testing/contracts/record-stores.contract';
import { runStoreContract } from '../../testing/contracts/run-store.contract';
import type { StoreHouse } from '../../testing/contracts/store-house';
import { unitOfWorkContract } from '../../testing/contracts/unit-of-work.contract';
import { PostgresAttemptStore } from './attempt.store';
import { PostgresBudgetStore } from './budget.store';
import { PostgresCloudStore } from './cloud.store';
import { PostgresClusterStore, PostgresCycleStore, PostgresDecisionStore, PostgresStepStore } from './record.stores';
import { PostgresRunStore } from './run.store';
import { FencedUnitOfWork, PostgresTenantWork, SCHEDULER_LEASE } from './unit-of-work';
import { PostgresWorkspaceStore } from './workspace.store';

const DAY_MS = 86_400_000;
const IDLE_MAX_MS = 60_000;

async function open(): Promise<StoreHouse> {
  const fresh = await freshDatabase({ contexts: ['dispatcher'] });
  const database = connect({ url: fresh.workerUrl('dispatcher'), applicationName: 'stores-spec', poolMax: 8 });
  const api = connect({ url: fresh.apiUrl('dispatcher'), applicationName: 'stores-spec-api', poolMax: 2 });
  return {
    leader: async () => {
      // The last holder's time is over, as if it had not renewed its lease.
      await database.query(`UPDATE platform.lease SET expires_at = now() - interval '1 second' WHERE name = $1`, [
        SCHEDULER_LEASE,
      ]);
      const lease = await tryAcquire(database, SCHEDULER_LEASE, newId(), DAY_MS);
      if (lease === null) throw new Error('the lease is held');
      return new FencedUnitOfWork(database, lease.fence, IDLE_MAX_MS);
    },
    tenant: new PostgresTenantWork(api),
    runs: new PostgresRunStore(),
    attempts: new PostgresAttemptStore(),
    steps: new PostgresStepStore(),
    decisions: new PostgresDecisionStore(),
    cycles: new PostgresCycleStore(),
    clusters: new PostgresClusterStore(),
    clouds: new PostgresCloudStore(),
    workspaces: new PostgresWorkspaceStore(DAY_MS),
    budgets: new PostgresBudgetStore(),
    outbox: new PostgresOutbox('dispatcher'),
    announced: (workspaceId) =>
      database.query<{ message: string; payload: unknown }>(
        `SELECT message, payload FROM dispatcher.outbox WHERE workspace_id = $1::uuid ORDER BY seq`,
        [workspaceId],
      ),
    close: async () => {
      await Promise.all([database.close(), api.close()]);
      await fresh.drop();
    },
  };
}

unitOfWorkContract('in Postgres', open);
runStoreContract('in Postgres', open);
attemptStoreContract('in Postgres', open);
recordStoresContract('in Postgres', open);
accountStoresContract('in Postgres', open);
