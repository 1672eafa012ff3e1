import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import {
  ClusterStore,
  CycleStore,
  DecisionStore,
  StepStore,
  type ClusterRow,
  type ModelKind,
  type StepRow,
  type StoredCycle,
  type StoredDecision,
  type UnloggedStep,
} from '../../application/ports';
import type { HealthMemory } from '../../domain/health';
import type { Run } from '../../domain/run';
import type { RuntimeModel } from '../../domain/runtime-model';

const STEPS_MAX = 2_000;

/** The steps of attempts, as their workflows showed them. */
export class PostgresStepStore extends StepStore {
  async save(tx: SqlExecutor, steps: readonly Omit<StepRow, 'log'>[]): Promise<void> {
    if (steps.length === 0) return;
    await tx.execute(
      `INSERT INTO dispatcher.step AS s (workspace_id, run_id, epoch, name, state, started_at, finished_at, retries, gpus, message, log)
       SELECT workspace_id, run_id, epoch, name, state, started_at, finished_at, retries, gpus, message, 'none'
       FROM jsonb_to_recordset($1::jsonb) AS t(workspace_id uuid, run_id uuid, epoch int, name text, state text, started_at timestamptz,
         finished_at timestamptz, retries int, gpus double precision, message text)
       ON CONFLICT (workspace_id, run_id, epoch, name) DO UPDATE
       SET state = excluded.state, started_at = excluded.started_at, finished_at = excluded.finished_at, retries = excluded.retries,
         gpus = excluded.gpus, message = excluded.message
       WHERE (s.state, s.started_at, s.finished_at, s.retries, s.message) IS DISTINCT FROM
         (excluded.state, excluded.started_at, excluded.finished_at, excluded.retries, excluded.message)`,
      [
        JSON.stringify(
          steps.map(({ workspaceId, runId, startedAt, finishedAt, ...rest }) => ({
            ...rest,
            workspace_id: workspaceId,
            run_id: runId,
            started_at: startedAt,
            finished_at: finishedAt,
          })),
        ),
      ],
    );
  }

  async ofRun(tx: Tx, runId: string): Promise<StepRow[]> {
    return tx.query<StepRow>(
      `SELECT workspace_id AS "workspaceId", run_id AS "runId", epoch, name, state, started_at AS "startedAt", finished_at AS "finishedAt",
         retries, gpus, message, log
       FROM dispatcher.step WHERE run_id = $1::uuid AND workspace_id = (SELECT workspace_id FROM dispatcher.run WHERE id = $1::uuid)
       ORDER BY epoch, started_at NULLS LAST, name LIMIT ${STEPS_MAX}`,
      [runId],
    );
  }

  async unlogged(tx: Tx, limit: number): Promise<UnloggedStep[]> {
    return tx.query<UnloggedStep>(
      `SELECT s.workspace_id AS "workspaceId", s.run_id AS "runId", s.epoch, s.name, s.finished_at AS "finishedAt", a.cluster, a.workflow
       FROM dispatcher.step s JOIN dispatcher.attempt a USING (workspace_id, run_id, epoch)
         JOIN dispatcher.run r ON r.workspace_id = s.workspace_id AND r.id = s.run_id
       WHERE s.log = 'none' AND s.state IN ('succeeded', 'failed') AND r.purge_at IS NULL ORDER BY s.finished_at LIMIT $1`,
      [limit],
    );
  }

  async markLog(
    tx: SqlExecutor,
    step: Pick<StepRow, 'workspaceId' | 'runId' | 'epoch' | 'name'>,
    log: 'stored' | 'gone',
  ): Promise<void> {
    await tx.execute(
      `UPDATE dispatcher.step SET log = $5 WHERE workspace_id = $1::uuid AND run_id = $2::uuid AND epoch = $3 AND name = $4`,
      [step.workspaceId, step.runId, step.epoch, step.name, log],
    );
  }

  async models(tx: Tx, { pipeline, entrypoint, variant }: ModelKind): Promise<Map<string, RuntimeModel>> {
    const rows = await tx.query<RuntimeModel & { step: string }>(
      `SELECT step, n, sx, sy, sxx, sxy, syy FROM dispatcher.runtime_model WHERE pipeline = $1 AND entrypoint = $2 AND variant = $3 ORDER BY step`,
      [pipeline, entrypoint, variant],
    );
    return new Map(rows.map(({ step, ...model }) => [step, model]));
  }

  async saveModel(
    tx: SqlExecutor,
    { pipeline, entrypoint, variant }: ModelKind,
    step: string,
    model: RuntimeModel,
  ): Promise<void> {
    const { n, sx, sy, sxx, sxy, syy } = model;
    await tx.execute(
      `INSERT INTO dispatcher.runtime_model (pipeline, entrypoint, variant, step, n, sx, sy, sxx, sxy, syy)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (pipeline, entrypoint, variant, step) DO UPDATE SET n = excluded.n, sx = excluded.sx, sy = excluded.sy,
         sxx = excluded.sxx, sxy = excluded.sxy, syy = excluded.syy`,
      [pipeline, entrypoint, variant, step, n, sx, sy, sxx, sxy, syy],
    );
  }
}

export class PostgresDecisionStore extends DecisionStore {
  async insert(tx: SqlExecutor, run: Pick<Run, 'workspaceId' | 'id'>, decision: StoredDecision): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.decision (workspace_id, run_id, at, kind, reason, why, cluster, epoch, inputs, verdicts, cycle_id)
       VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11::uuid)`,
      [
        ...[run.workspaceId, run.id, decision.at, decision.kind, decision.reason, decision.why, decision.cluster, decision.epoch],
        ...[JSON.stringify(decision.inputs), JSON.stringify(decision.verdicts), decision.cycleId],
      ],
    );
  }

  async ofRun(tx: Tx, runId: string, limit: number): Promise<StoredDecision[]> {
    return tx.query<StoredDecision>(
      `SELECT at, kind, reason, why, cluster, epoch, inputs, verdicts, cycle_id AS "cycleId" FROM dispatcher.decision
       WHERE run_id = $1::uuid AND workspace_id = (SELECT workspace_id FROM dispatcher.run WHERE id = $1::uuid) ORDER BY seq DESC LIMIT $2`,
      [runId, limit],
    );
  }
}

/** What cycles decided by. */
export class PostgresCycleStore extends CycleStore {
  async insert(tx: SqlExecutor, { id, at, policy, snapshot }: StoredCycle): Promise<void> {
    await tx.execute(`INSERT INTO dispatcher.cycle (id, at, policy, snapshot) VALUES ($1::uuid, $2, $3::jsonb, $4::jsonb)`, [
      ...[id, at, JSON.stringify(policy), JSON.stringify(snapshot)],
    ]);
  }

  async find(tx: Tx, id: string): Promise<StoredCycle | null> {
    const [row] = await tx.query<StoredCycle>(`SELECT id, at, policy, snapshot FROM dispatcher.cycle WHERE id = $1::uuid`, [id]);
    return row ?? null;
  }

  async forget(tx: SqlExecutor, before: Date, limit: number): Promise<number> {
    return tx.execute(
      `DELETE FROM dispatcher.cycle WHERE id IN (SELECT id FROM dispatcher.cycle WHERE at < $1 ORDER BY at LIMIT $2)`,
      [before, limit],
    );
  }
}

export class PostgresClusterStore extends ClusterStore {
  async save(tx: SqlExecutor, { memory, ...row }: ClusterRow & { memory: HealthMemory }): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.cluster (name, kind, health, detail, unreachable_since, slots_free, slots_total, in_flight, price_per_gpu_hour,
         observed_at, silent_ms, falls, trials, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now())
       ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, health = excluded.health, detail = excluded.detail,
         unreachable_since = excluded.unreachable_since, slots_free = excluded.slots_free, slots_total = excluded.slots_total,
         in_flight = excluded.in_flight, price_per_gpu_hour = excluded.price_per_gpu_hour, observed_at = excluded.observed_at,
         silent_ms = excluded.silent_ms, falls = excluded.falls, trials = excluded.trials, updated_at = now()`,
      [
        ...[row.name, row.kind, row.health, row.detail, row.unreachableSince, row.slotsFree, row.slotsTotal, row.inFlight],
        ...[row.pricePerGpuHour, row.observedAt, memory.silentForMs, memory.falls, memory.trials],
      ],
    );
  }

  async list(tx: Tx): Promise<ClusterRow[]> {
    return tx.query<ClusterRow>(
      `SELECT name, kind, health, detail, unreachable_since AS "unreachableSince", slots_free AS "slotsFree", slots_total AS "slotsTotal",
         in_flight AS "inFlight", price_per_gpu_hour AS "pricePerGpuHour", observed_at AS "observedAt",
         (SELECT figures FROM dispatcher.cluster_cloud m WHERE m.name = c.name) AS cloud
       FROM dispatcher.cluster c ORDER BY kind DESC, name`,
      [],
    );
  }

  /** Ages by the database's clock, which wrote the row as well: the clocks of two leaders may differ by minutes. */
  async memories(tx: Tx, maxAgeMs: number): Promise<ReadonlyMap<string, HealthMemory>> {
    const rows = await tx.query<HealthMemory & { name: string }>(
      `SELECT name, health AS state, silent_ms AS "silentForMs", falls, trials FROM dispatcher.cluster
       WHERE updated_at >= now() - $1 * interval '1 millisecond'`,
      [maxAgeMs],
    );
    return new Map(rows.map(({ name, ...memory }) => [name, memory]));
  }
}
