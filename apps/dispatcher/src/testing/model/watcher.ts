import type { WorkflowManifest } from '@stead/platform/kube';
import { attemptTransitions, isLive } from '../../domain/attempt.machine';
import { DEFAULT_BOUNCE_POLICY } from '../../domain/bounce';
import type { Policy } from '../../domain/policy';
import { RUN_LABEL, SPEC_HASH_ANNOTATION } from '../../domain/run';
import { isFinal } from '../../domain/run.machine';
import type { AttemptRecord, MemoryDatabase } from '../in-memory/memory-database';
import type { MemoryTransaction } from '../in-memory/memory-transaction';
import type { Process } from './baton';
import { slotsOf } from './figures';
import type { Leader } from './leader';
import { reachable } from './reachable';
import type { ApiWitness } from './simulated-api';
import type { ClusterWitness, SimulatedCluster } from './simulated-cluster';
import type { SimulatedTime } from './simulated-time';
import type { Outcome, SimulatedWorkflow, WrittenObject } from './simulated-workflow';
import { Violation, type Fail } from './violation';
import { checkAccounts, checkSpending } from './watch-money';
import { announcedBy, checkNews } from './watch-news';
import { ResultRecord } from './watch-results';
import { RunRules } from './watch-runs';
import { SilenceRecord } from './watch-silences';

/** What a watcher may look at. */
export interface Watched {
  readonly database: MemoryDatabase;
  readonly time: SimulatedTime;
  readonly policy: Policy;
  readonly clusters: readonly SimulatedCluster[];
  readonly objects: Map<string, { body: Buffer }>;
  /** By process. */
  leaderOf(owner: object | null): Leader | null;
  /** False when steps cannot write. */
  readonly storeAnswers: boolean;
}

/** A workflow that was told to end and does not is left alone after this: see `SweepAttempts`. */
const TERMINATE_WAIT_MS = 60_000;

/**
 * Sees every commit, every request that leaves, everything that a cluster does and every byte that a step writes, and knows what
 * must never be the case, by means of its own: it asks none of the code that it watches. Only the first mistake counts.
 */
export class Watcher implements ClusterWitness, ApiWitness {
  private violation: Violation | null = null;
  /** How often each name was made, less how often somebody removed it by hand. */
  private readonly made = new Map<string, number>();
  private readonly foreign = new Set<SimulatedWorkflow>();
  private readonly createdAtMs = new Map<SimulatedWorkflow, number>();
  private readonly lostAtMs = new Map<string, number>();
  private readonly bornAtMs = new Map<string, number>();
  private readonly results = new ResultRecord();
  private readonly runs: RunRules;
  readonly silences = new SilenceRecord();
  readonly wellSinceMs = new Map<string, number>();

  constructor(private readonly world: Watched) {
    this.runs = new RunRules(world, this.results, this.fail);
  }

  readonly fail: Fail = (rule, detail) => {
    this.violation ??= new Violation(rule, detail);
  };

  /** Throws what was seen since the last time. */
  check(): void {
    for (const run of this.world.database.runs.rows.values()) this.runs.check(run);
    if (this.violation !== null) throw this.violation;
  }

  // Requests, clusters and bytes

  sent(cluster: SimulatedCluster, manifest: WorkflowManifest): void {
    const { name } = manifest.metadata;
    const attempt = this.attemptNamed(name);
    if (attempt === undefined) return this.fail('I3 intent first', `${name} was posted and no attempt has that name`);
    if (attempt.cluster !== cluster.name) this.fail('I3 intent first', `${name} was posted to ${cluster.name}`);
    if (attempt.manifest === null || attempt.state === 'reserved')
      return this.fail('I3 intent first', `${name} was posted before its intent was committed`);
    if (JSON.stringify(attempt.manifest) !== JSON.stringify(manifest))
      this.fail('I3 intent first', `what was posted as ${name} is not what was committed`);
  }

  created(cluster: SimulatedCluster, workflow: SimulatedWorkflow): void {
    this.createdAtMs.set(workflow, this.world.time.ms);
    if (workflow.params === null) return void this.foreign.add(workflow);
    const { runId, epoch } = workflow.params;
    const key = `${runId} e${epoch}`;
    const times = (this.made.get(key) ?? 0) + 1;
    this.made.set(key, times);
    if (times > 1) this.fail('one workflow per epoch', `${workflow.name} on ${cluster.name} is number ${times} of ${key}`);
  }

  /** By hand, or because its time was over. */
  removed(workflow: SimulatedWorkflow): void {
    if (workflow.params === null) return;
    const key = `${workflow.params.runId} e${workflow.params.epoch}`;
    this.made.set(key, (this.made.get(key) ?? 0) - 1);
  }

  told(cluster: SimulatedCluster, workflow: SimulatedWorkflow, by: Process): void {
    if (this.foreign.has(workflow)) this.fail('nobody else is touched', `${workflow.name} on ${cluster.name} is somebody else's`);
    const attempt = this.attemptNamed(workflow.name);
    // What a leader does to clusters after it was replaced cannot be kept from it: only what it writes is refused.
    const leads = this.world.leaderOf(by)?.fence === this.world.database.fence;
    if (leads && attempt !== undefined && isLive(attempt.state) && attempt.uid === workflow.uid)
      this.fail('healthy work goes on', `${workflow.name} was told to end while its attempt was ${attempt.state}`);
  }

  wrote(objects: readonly WrittenObject[], outcome: Outcome): boolean {
    if (!this.world.storeAnswers) return false;
    for (const { key, body } of objects) this.world.objects.set(key, { body: Buffer.from(body) });
    this.results.wrote(objects, outcome);
    return true;
  }

  damage(key: string): void {
    this.results.damage(key);
  }

  read(key: string): void {
    this.results.read(key);
  }

  // Commits

  committing(tx: MemoryTransaction): void {
    const { database } = this.world;
    const leader = this.world.leaderOf(tx.owner);
    if (leader !== null && leader.fence !== database.fence)
      this.fail('the fence holds', `the leader of term ${leader.fence} wrote in term ${database.fence}`);
    const announced = announcedBy(tx, database, this.fail);
    const inserted = [...database.attempts.writtenBy(tx)].flatMap(([id, row]) =>
      row !== null && !database.attempts.rows.has(id) ? [row] : [],
    );
    for (const [id, after] of database.runs.writtenBy(tx))
      if (after !== null) this.runs.changed(database.runs.rows.get(id) ?? null, after, announced, inserted);
    for (const [id, after] of database.attempts.writtenBy(tx))
      if (after !== null) this.changedAttempt(database.attempts.rows.get(id) ?? null, after, leader);
    for (const attempt of inserted) this.reserved(attempt, leader);
    checkSpending(tx, database, new Date(this.world.time.wallMs()), this.fail);
    if (leader !== null && database.clusters.writtenBy(tx).size > 0) this.silences.reported(leader.fence, this.world.time.ms);
  }

  private changedAttempt(before: AttemptRecord | null, after: AttemptRecord, leader: Leader | null): void {
    if (before === null) {
      if (after.state !== 'reserved') this.fail('transitions', `an attempt begins ${after.state}`);
      this.bornAtMs.set(after.id, this.world.time.ms);
      return;
    }
    if (before.state === after.state) return;
    if (!reachable(attemptTransitions, before.state).has(after.state))
      this.fail('transitions', `${after.workflow} went from ${before.state} to ${after.state}`);
    if (after.state === 'created' || after.state === 'running') this.adopted(after);
    if (after.state === 'lost') this.lost(before, after, leader);
  }

  /** What an attempt goes on with is the workflow that it posted. */
  private adopted(attempt: AttemptRecord): void {
    const cluster = this.world.clusters.find(({ name }) => name === attempt.cluster);
    const workflow = cluster?.workflows.get(attempt.workflow);
    if (workflow === undefined) return; // deleted since
    const { labels, annotations } = workflow.manifest.metadata;
    if (labels[RUN_LABEL.attempt] !== attempt.id || annotations[SPEC_HASH_ANNOTATION] !== attempt.specHash)
      this.fail('only its own workflow', `${attempt.workflow} goes on with a workflow that is not its own`);
  }

  private lost(before: AttemptRecord, after: AttemptRecord, leader: Leader | null): void {
    const { time, policy } = this.world;
    this.lostAtMs.set(after.id, time.ms);
    if (before.state === 'intent' || leader === null) return;
    if (after.message?.includes('has not answered') === true) {
      const silentMs = this.silences.listenedMs(after.cluster, leader, time.ms);
      if (silentMs < policy.lostGraceMs)
        this.fail('work gets its grace', `${after.workflow} was given up after ${silentMs} ms of silence of ${after.cluster}`);
    }
    if (after.message?.startsWith('no node of') === true) {
      const waitedMs = leader.listenedMs(this.bornAtMs.get(after.id) ?? 0, time.ms);
      if (waitedMs < DEFAULT_BOUNCE_POLICY.unschedulableMs)
        this.fail('work gets its grace', `${after.workflow} was taken back after ${waitedMs} ms`);
    }
    if (after.message?.includes('no pod of it has begun') === true) {
      const podlessMs = leader.listenedMs(this.bornAtMs.get(after.id) ?? 0, time.ms);
      if (podlessMs < policy.unscheduledMs)
        this.fail('work gets its grace', `${after.workflow} was called stuck after ${podlessMs} ms`);
    }
  }

  /** New work goes to a cluster: there must be room, and what was given up there must be dealt with. */
  private reserved(attempt: AttemptRecord, leader: Leader | null): void {
    const { database, clusters, time } = this.world;
    const cluster = clusters.find(({ name }) => name === attempt.cluster);
    if (cluster === undefined || leader === null) return this.fail('transitions', `${attempt.workflow} was reserved by nobody`);
    const there = [...database.attempts.rows.values()].filter((other) => other.cluster === cluster.name);
    const slots = slotsOf(cluster.shape);
    const held = there.filter((other) => isLive(other.state)).length + 1;
    if (held > slots + Math.max(1, Math.floor(slots / 10)))
      this.fail('I4 no overbooking', `${held} attempts hold ${slots} slots of ${cluster.name}`);
    const site = leader.sites.find(({ name }) => name === cluster.name);
    for (const other of there) {
      const workflow = cluster.workflows.get(other.workflow);
      if (other.state !== 'lost' || workflow === undefined || workflow.params === null || workflow.completed) continue;
      const lostMs = this.lostAtMs.get(other.id) ?? 0;
      const isOfTheSilence = lostMs < Math.max(site?.untrustedAtMs ?? -Infinity, leader.sinceMs);
      const wasThere = (this.createdAtMs.get(workflow) ?? 0) <= (this.wellSinceMs.get(cluster.name) ?? 0);
      const wasTold = workflow.toldToEndAtMs !== null && time.ms - workflow.toldToEndAtMs >= TERMINATE_WAIT_MS;
      if (isOfTheSilence && wasThere && !wasTold)
        this.fail('swept before it is used', `${attempt.workflow} goes to ${cluster.name}, where ${workflow.name} still runs`);
    }
  }

  // At the end, when everything is well again and nothing happens any more

  finish(requested: ReadonlySet<string>): void {
    const { database, clusters } = this.world;
    for (const runId of requested) {
      const run = database.runs.rows.get(runId);
      if (run === undefined || !isFinal(run.state)) this.fail('every run ends', `${runId} is ${run?.state ?? 'unknown'}`);
    }
    for (const { workflow, state } of database.attempts.rows.values())
      if (isLive(state) || state === 'lost') this.fail('every attempt ends', `${workflow} is ${state}`);
    for (const cluster of clusters)
      for (const workflow of cluster.workflows.values())
        if (!workflow.completed && !this.foreign.has(workflow))
          this.fail('every workflow ends', `${workflow.name} on ${cluster.name} is ${workflow.phase}`);
    checkNews(database, this.fail);
    checkAccounts(database, this.fail);
    this.check();
  }

  isForeign(workflow: SimulatedWorkflow): boolean {
    return this.foreign.has(workflow);
  }

  private attemptNamed(workflow: string): AttemptRecord | undefined {
    for (const attempt of this.world.database.attempts.rows.values()) if (attempt.workflow === workflow) return attempt;
    return undefined;
  }
}
