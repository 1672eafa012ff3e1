import { clusterHealthSchema } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import type { DispatchMetrics } from './dispatch-metrics';
import type { AttemptStore, BudgetStore, ClusterStore, RunStore, UnitOfWork } from './ports';
import type { Observed, Taken } from './take-snapshot';

/** How often other replicas, people and Prometheus get the clusters' figures when nothing else changes. */
const REPORT_MS = 1_000;
/** How often what costs a query more is looked at. */
const COUNT_MS = 10_000;
const QUEUED_MAX = 100_000;

/** Writes down what the leader sees: the clusters for everybody who asks the API, and gauges for Prometheus. */
export class ReportFigures {
  private reportedAtMs = -Infinity;
  private countedAtMs = -Infinity;

  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly clusters: ClusterStore,
    private readonly budgets: BudgetStore,
    private readonly metrics: DispatchMetrics,
    private readonly clock: Clock,
  ) {}

  async report(taken: Taken): Promise<void> {
    const sinceMs = this.clock.monotonicMs() - this.reportedAtMs;
    if (sinceMs < REPORT_MS) return;
    this.reportedAtMs = this.clock.monotonicMs();
    const rows = taken.figures.map(({ site, figures }) => ({
      name: site.name,
      kind: site.kind,
      health: figures.health,
      detail: site.health.detail,
      unreachableSince: figures.silentForMs === null ? null : new Date(taken.at.getTime() - figures.silentForMs),
      slotsFree: figures.slotsFree,
      slotsTotal: figures.slotsTotal,
      inFlight: taken.live.filter((attempt) => attempt.cluster === site.name).length,
      pricePerGpuHour: site.pricePerGpuHour,
      observedAt: figures.observedAt,
      // While we are cut off ourselves a silence says nothing of the cluster: the next leader is not to go on counting it.
      memory: taken.snapshot.isolated ? { ...site.memory, silentForMs: null } : site.memory,
    }));
    await this.work.run(async (tx) => {
      for (const row of rows) await this.clusters.save(tx, row);
    });
    for (const row of rows) this.show(row, taken.at);
    const oldest = taken.heads.reduce((least, run) => Math.min(least, run.createdAt.getTime()), taken.at.getTime());
    this.metrics.queueAge.set((taken.at.getTime() - oldest) / 1000);
    // After a pause of the leader nobody knows what was idle meanwhile.
    this.metrics.regret.inc(regretOf(taken.figures, rows, Math.min(sinceMs, 2 * REPORT_MS)));
    if (this.clock.monotonicMs() - this.countedAtMs >= COUNT_MS) await this.count(taken.at);
  }

  private show({ name: cluster, kind, health, slotsFree, slotsTotal, inFlight, observedAt }: ShownRow, at: Date): void {
    for (const state of clusterHealthSchema.options)
      this.metrics.clusterHealth.set({ cluster, kind, state }, state === health ? 1 : 0);
    this.metrics.slotsFree.set({ cluster, kind }, slotsFree ?? 0);
    this.metrics.slotsTotal.set({ cluster, kind }, slotsTotal ?? 0);
    this.metrics.inFlight.set({ cluster, kind }, inFlight);
    if (observedAt !== null) this.metrics.figuresAge.set({ cluster }, Math.max(0, at.getTime() - observedAt.getTime()) / 1000);
  }

  private async count(at: Date): Promise<void> {
    this.countedAtMs = this.clock.monotonicMs();
    const { queued, lost, budgets } = await this.work.read(async (tx) => ({
      queued: await this.runs.countQueued(tx, QUEUED_MAX),
      lost: await this.attempts.inStates(tx, ['lost']),
      budgets: await this.budgets.list(tx, at),
    }));
    this.metrics.queued.set(queued);
    this.metrics.orphans.reset();
    for (const { cluster } of lost) this.metrics.orphans.inc({ cluster });
    this.metrics.budgetUsed.reset();
    for (const { scope, period, capMicros, reservedMicros, settledMicros } of budgets) {
      if (capMicros === null) continue;
      this.metrics.budgetUsed.set({ scope, period }, capMicros === 0 ? 1 : (reservedMicros + settledMicros) / capMicros);
    }
  }
}

interface ShownRow {
  name: string;
  kind: string;
  health: string;
  slotsFree: number | null;
  slotsTotal: number | null;
  inFlight: number;
  observedAt: Date | null;
}

/** Price of the cloud's GPUs that ran while as many of one's own were free and well; an hour of each attempt counts as one GPU's. */
function regretOf(figures: readonly Observed[], rows: readonly ShownRow[], ms: number): number {
  const idle = rows.reduce((sum, row) => sum + (row.kind === 'onprem' && row.health === 'ok' ? (row.slotsFree ?? 0) : 0), 0);
  let left = idle;
  let money = 0;
  for (const { site } of figures) {
    if (site.kind !== 'cloud') continue;
    const regretted = Math.min(left, rows.find((row) => row.name === site.name)?.inFlight ?? 0);
    left -= regretted;
    money += (regretted * site.pricePerGpuHour * ms) / 3_600_000;
  }
  return money;
}
