import { NEWCOMER } from '../domain/order';
import type { QueuedRun, WorkspaceState } from '../domain/snapshot';
import type { Attempt } from './cluster';

/** What workspaces use as time goes by: an attempt is charged with what it should take, and at its end with what it took. */
export class Accounts {
  private readonly states = new Map<string, { state: WorkspaceState; atMs: number }>();
  private readonly charges = new Map<Attempt, { gpuSeconds: number; cloudCost: number; reserve: number }>();

  constructor(
    initial: Readonly<Record<string, WorkspaceState>>,
    private readonly halfLifeMs: number,
    startMs: number,
  ) {
    for (const [id, state] of Object.entries(initial)) this.states.set(id, { state, atMs: startMs });
  }

  /** Of the workspaces of these runs, as of now. */
  of(queue: readonly QueuedRun[], nowMs: number): Record<string, WorkspaceState> {
    const states: Record<string, WorkspaceState> = {};
    for (const { workspaceId } of queue) states[workspaceId] ??= this.at(workspaceId, nowMs);
    return states;
  }

  placed(attempt: Attempt, isCloud: boolean, expectedCost: number, reserve: number): void {
    const { run, placedMs } = attempt;
    const charge = { gpuSeconds: run.gpuSeconds, cloudCost: isCloud ? expectedCost : 0, reserve };
    this.charges.set(attempt, charge);
    this.change(run.workspaceId, placedMs, charge.gpuSeconds, charge.cloudCost, -reserve, placedMs);
  }

  ended(attempt: Attempt, gpuSeconds: number, isCloud: boolean): void {
    const charge = this.charges.get(attempt) ?? { gpuSeconds: 0, cloudCost: 0, reserve: 0 };
    this.charges.delete(attempt);
    const cost = isCloud ? attempt.cost : 0;
    const back = charge.reserve - cost;
    this.change(attempt.run.workspaceId, attempt.endMs, gpuSeconds - charge.gpuSeconds, cost - charge.cloudCost, back, null);
  }

  private at(id: string, nowMs: number): WorkspaceState {
    const known = this.states.get(id);
    if (known === undefined) return NEWCOMER;
    const left = 0.5 ** ((nowMs - known.atMs) / this.halfLifeMs);
    return { ...known.state, gpuSeconds: known.state.gpuSeconds * left, cloudCost: known.state.cloudCost * left };
  }

  private change(
    id: string,
    nowMs: number,
    gpuSeconds: number,
    cloudCost: number,
    budget: number,
    servedMs: number | null,
  ): void {
    const before = this.at(id, nowMs);
    const state: WorkspaceState = {
      weight: before.weight,
      gpuSeconds: Math.max(0, before.gpuSeconds + gpuSeconds),
      cloudCost: Math.max(0, before.cloudCost + cloudCost),
      servedAtMs: servedMs ?? before.servedAtMs,
      cloudBudgetLeft: before.cloudBudgetLeft === null ? null : before.cloudBudgetLeft + budget,
    };
    this.states.set(id, { state, atMs: nowMs });
  }
}
