import type { Metrics } from '@stead/platform/metrics';

type Counter = ReturnType<Metrics['counter']>;
type Gauge = ReturnType<Metrics['gauge']>;
type Histogram = ReturnType<Metrics['histogram']>;

const known = new WeakMap<Metrics, DispatchMetrics>();
/** Seconds to days: a run that waits for one's own GPUs may well wait for an hour. */
const WAIT_BUCKETS_S = [1, 3, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];

/** What operators watch. One set per process, however many parts of the service run in it and however often it leads. */
export class DispatchMetrics {
  readonly transitions: Counter;
  readonly placements: Counter;
  readonly attemptsLost: Counter;
  readonly dispatchSeconds: Histogram;
  /** From the request of a run, or its return to the queue, to its reservation. */
  readonly placementSeconds: Histogram;
  /** Attempts that were given up and turned out to be alive or finished: the outage was none, or shorter than the grace. */
  readonly falseFailovers: Counter;
  /** What clusters refused or could not schedule although the figures said that there was room. */
  readonly bounceBacks: Counter;
  readonly deadLetters: Counter;
  /** Seconds since the oldest run that waits was requested; 0 when none waits. */
  readonly queueAge: Gauge;
  /** Runs that wait, counted up to a bound. */
  readonly queued: Gauge;
  /** 1 for the state that the cluster is in. */
  readonly clusterHealth: Gauge;
  readonly slotsFree: Gauge;
  readonly slotsTotal: Gauge;
  readonly inFlight: Gauge;
  /** Given-up attempts of which something may be left on the cluster. */
  readonly orphans: Gauge;
  readonly figuresAge: Gauge;
  /** Money of ended attempts, by cluster. */
  readonly spend: Counter;
  /** Of each budget, the part that is spent or set aside. */
  readonly budgetUsed: Gauge;
  /** Cloud money that was paid while one's own GPUs had room: what a clairvoyant would not have spent, estimated from above. */
  readonly regret: Counter;
  /** 1 in the process that leads. */
  readonly leads: Gauge;
  readonly machines: Gauge;
  readonly poolDry: Gauge;
  readonly orphanedMachines: Gauge;
  readonly machinesReaped: Counter;
  readonly bootSeconds: Gauge;
  readonly interruptions: Counter;

  /** Use `of`: a registry takes each name once. */
  constructor(metrics: Metrics) {
    const { counter, gauge, histogram } = metrics;
    this.transitions = counter('run_transitions_total', 'Runs that came to a state', ['state']);
    this.placements = counter('placements_total', 'Attempts reserved, by cluster, its kind and reason', [
      'cluster',
      'kind',
      'reason',
    ]);
    this.attemptsLost = counter('attempts_lost_total', 'Attempts given up before they ended', ['cluster']);
    this.dispatchSeconds = histogram('dispatch_seconds', 'From the reservation of an attempt to its workflow', ['cluster']);
    this.placementSeconds = histogram(
      'placement_wait_seconds',
      'From the request of a run to its place',
      ['kind'],
      WAIT_BUCKETS_S,
    );
    this.falseFailovers = counter('false_failovers_total', 'Given-up attempts that were alive or finished', ['cluster']);
    this.bounceBacks = counter('bounce_backs_total', 'Attempts that a cluster refused or could not schedule', ['cluster']);
    this.deadLetters = counter('dead_letters_total', 'Runs that were given up for good', ['code']);
    this.queueAge = gauge('queue_age_seconds', 'Age of the oldest run that waits');
    this.queued = gauge('queued_runs', 'Runs that wait, counted up to 100000');
    this.clusterHealth = gauge('cluster_health', '1 for the state that a cluster is in', ['cluster', 'kind', 'state']);
    this.slotsFree = gauge('cluster_slots_free', 'Runs that would find room', ['cluster', 'kind']);
    this.slotsTotal = gauge('cluster_slots', 'Runs that a cluster could hold', ['cluster', 'kind']);
    this.inFlight = gauge('cluster_attempts', 'Attempts that hold room', ['cluster', 'kind']);
    this.orphans = gauge('cluster_orphans', 'Given-up attempts that are not swept yet', ['cluster']);
    this.figuresAge = gauge('cluster_figures_age_seconds', 'Age of what is known of a cluster', ['cluster']);
    this.spend = counter('spend_total', 'Money of ended attempts', ['cluster', 'kind']);
    this.budgetUsed = gauge('budget_used_ratio', 'Part of a budget that is spent or set aside', ['scope', 'period']);
    this.regret = counter('cloud_regret_total', 'Cloud money paid while own GPUs had room');
    this.leads = gauge('scheduler_leads', '1 in the process that leads');
    this.machines = gauge('machines', 'Machines of a pool, ready or booting', ['cluster', 'pool', 'state']);
    this.poolDry = gauge('pool_dry', 'Whether a pool had no machine to give and is not counted on', ['cluster', 'pool']);
    this.orphanedMachines = gauge('orphaned_machines', 'Machines that cost and serve nobody', ['cluster', 'reason']);
    this.machinesReaped = counter('machines_reaped_total', 'Orphaned machines that were ended', ['cluster']);
    this.bootSeconds = gauge('boot_seconds', 'How long machines take until they are ready', ['cluster', 'quantile']);
    this.interruptions = counter('interruptions_total', 'Machines taken back while they ran steps', ['cluster']);
  }

  /** Another process leads: what this one saw last is shown by nobody. */
  leave(): void {
    const { queueAge, queued, clusterHealth, slotsFree, slotsTotal, inFlight, orphans, figuresAge, budgetUsed, leads } = this;
    const { machines, poolDry, orphanedMachines, bootSeconds } = this;
    for (const shown of [
      ...[queueAge, queued, clusterHealth, slotsFree, slotsTotal, inFlight, orphans, figuresAge, budgetUsed, leads],
      ...[machines, poolDry, orphanedMachines, bootSeconds],
    ])
      shown.reset();
  }

  static of(metrics: Metrics): DispatchMetrics {
    const there = known.get(metrics) ?? new DispatchMetrics(metrics);
    known.set(metrics, there);
    return there;
  }
}
