import { WorkspaceStore } from '../../application/ports';
import { fadedUse, type WorkspaceRules, type WorkspaceUse } from '../../domain/workspace-use';
import type { MemoryDatabase } from './memory-database';
import { MemoryTransaction } from './memory-transaction';

export class MemoryWorkspaceStore extends WorkspaceStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly halfLifeMs: number,
  ) {
    super();
  }

  async rules(handle: object, workspaceIds: readonly string[]): Promise<Map<string, WorkspaceRules>> {
    const tx = await MemoryTransaction.statementOf(handle, 'workspaces.rules');
    return new Map(
      workspaceIds.flatMap((id) => {
        const row = this.database.rules.get(tx, id);
        return row === null ? [] : [[id, { weight: row.weight, placement: row.placement }] as const];
      }),
    );
  }

  async use(handle: object, workspaceIds: readonly string[]): Promise<Map<string, WorkspaceUse>> {
    const tx = await MemoryTransaction.statementOf(handle, 'workspaces.use');
    return new Map(
      workspaceIds.flatMap((id) => {
        const row = this.database.uses.get(tx, id);
        if (row === null) return [];
        const { workspaceId: _workspaceId, ...use } = row;
        return [[id, use] as const];
      }),
    );
  }

  async addUse(handle: object, workspaceId: string, used: { gpuSeconds: number; cloudCost: number }, at: Date): Promise<void> {
    const { uses } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'workspaces.addUse');
    await tx.lock(uses, workspaceId);
    const before = uses.get(tx, workspaceId);
    const left = fadedUse(before, at.getTime(), this.halfLifeMs);
    tx.write(uses, workspaceId, {
      workspaceId,
      gpuSeconds: left.gpuSeconds + used.gpuSeconds,
      cloudCost: left.cloudCost + used.cloudCost,
      usedAt: before !== null && before.usedAt.getTime() > at.getTime() ? before.usedAt : at,
      servedAt: before?.servedAt ?? null,
    });
  }

  async served(handle: object, workspaceId: string, at: Date): Promise<void> {
    const { uses } = this.database;
    const tx = await MemoryTransaction.statementOf(handle, 'workspaces.served');
    await tx.lock(uses, workspaceId);
    const before = uses.get(tx, workspaceId) ?? { workspaceId, gpuSeconds: 0, cloudCost: 0, usedAt: at };
    tx.write(uses, workspaceId, { ...before, servedAt: at });
  }
}
