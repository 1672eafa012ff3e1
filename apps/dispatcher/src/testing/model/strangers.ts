import { DatabaseUnavailable } from '@stead/platform/postgres';
import { HOUSE } from '../../domain/budget';
import { workflowName } from '../../domain/run';
import { MemoryBudgetStore } from '../in-memory/memory-budget.store';
import { Process } from './baton';
import { WORKSPACES } from './messages';
import type { SimulatedCluster } from './simulated-cluster';
import type { World } from './world';

/** By the back office: of the house, or of a workspace. */
export async function setCap({ database, baton, time, watcher }: World, scope: number, capMicros: number | null): Promise<void> {
  const budgets = new MemoryBudgetStore(database);
  const process = new Process('back office');
  const of = [HOUSE, ...WORKSPACES][scope % 3] ?? HOUSE;
  await baton.start(() => {
    database
      .transaction({ owner: process }, (tx) => budgets.setCap(tx, of, 'day', capMicros, new Date(time.wallMs())))
      .catch((error: unknown) => {
        if (!(error instanceof DatabaseUnavailable)) watcher.fail('no mistakes', String(error));
      });
  });
}

/** Somebody else takes the name that the run's next attempt will have, or that of its latest one with other contents. */
export function squat({ database }: World, runId: string, cluster: SimulatedCluster, asLatest: boolean): void {
  const run = database.runs.rows.get(runId);
  if (run === undefined || cluster.reach !== 'well') return;
  const latest = [...database.attempts.rows.values()].find((one) => one.runId === runId && one.epoch === run.epoch);
  const name = workflowName(runId, asLatest ? run.epoch : run.epoch + 1);
  if (cluster.workflows.has(name) || (asLatest && latest === undefined)) return;
  const labels = { 'stead.dev/run': runId, 'stead.dev/attempt': asLatest ? (latest?.id ?? '') : 'somebody-else' };
  const workflow = cluster.create({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name, namespace: 'stead', labels, annotations: { 'stead.dev/spec-hash': 'another' } },
    spec: {},
  });
  workflow.phase = 'Running'; // its controller looks at it as at any other
}
