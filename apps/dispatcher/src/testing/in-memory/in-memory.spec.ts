import { accountStoresContract } from '../contracts/account-stores.contract';
import { attemptStoreContract } from '../contracts/attempt-store.contract';
import { recordStoresContract } from '../contracts/record-stores.contract';
import { runStoreContract } from '../contracts/run-store.contract';
import type { StoreHouse } from '../contracts/store-house';
import { unitOfWorkContract } from '../contracts/unit-of-work.contract';
import { MemoryAttemptStore } from './memory-attempt.store';
import { MemoryBudgetStore } from './memory-budget.store';
import { MemoryDatabase } from './memory-database';
import { MemoryOutbox } from './memory-outbox';
import {
  MemoryCloudStore,
  MemoryClusterStore,
  MemoryCycleStore,
  MemoryDecisionStore,
  MemoryStepStore,
} from './memory-record.stores';
import { MemoryRunStore } from './memory-run.store';
import { MemoryTenantWork, MemoryUnitOfWork } from './memory-unit-of-work';
import { MemoryWorkspaceStore } from './memory-workspace.store';

const DAY_MS = 86_400_000;

async function open(): Promise<StoreHouse> {
  const database = new MemoryDatabase();
  return {
    leader: async () => new MemoryUnitOfWork(database, await database.takeLease()),
    tenant: new MemoryTenantWork(database),
    runs: new MemoryRunStore(database),
    attempts: new MemoryAttemptStore(database),
    steps: new MemoryStepStore(database),
    decisions: new MemoryDecisionStore(database),
    cycles: new MemoryCycleStore(database),
    clusters: new MemoryClusterStore(database),
    clouds: new MemoryCloudStore(database),
    workspaces: new MemoryWorkspaceStore(database, DAY_MS),
    budgets: new MemoryBudgetStore(database),
    outbox: new MemoryOutbox(database),
    announced: async (workspaceId) =>
      [...database.outbox.rows.values()]
        .filter((row) => row.workspaceId === workspaceId)
        .sort((a, b) => a.seq - b.seq)
        .map(({ message, payload }) => ({ message, payload })),
    close: () => Promise.resolve(),
  };
}

unitOfWorkContract('in memory', open);
runStoreContract('in memory', open);
attemptStoreContract('in memory', open);
recordStoresContract('in memory', open);
accountStoresContract('in memory', open);
