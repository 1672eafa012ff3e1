import type { Clock } from '@stead/platform/clock';
import { partBytes } from '@stead/platform/object-store';
import type { Logger } from '@stead/platform/logging';
import { Pace } from './budget';
import type { CaptureUse } from './capture-use';
import type { CopyObject, Line } from './copy-object';
import { CopySet, type CopyGroup, type SetProgress } from './copy-set';
import type { EndReplications } from './end-replication';
import type { MoveReplications } from './move-replication';
import type { ReplicationStore } from './ports';
import type { Progress } from './progress';
import type { ReplicationMetrics } from './replication-metrics';
import type { NamedStore, Stores } from './stores';
import type { UnitOfWork } from '../ports';
import { INPUTS, nextStepOf, type OpenReplication, type Replication } from '../../domain/replication';

/** Replications under way together, among them those that no run waits for, and those for runs without a place. */
const AT_ONCE = 6;
const PATIENT_AT_ONCE = 4;
const AHEAD_AT_ONCE = 2;
const OPEN_MAX = 1_000;
/** A stop waits no longer for requests that are under way: what they do is harmless, and its result is refused by the fence. */
const STOP_WAIT_MS = 2_000;

/** `awaited`: a run cannot go on without it. `patient`: it will be needed. `ahead`: it may be needed. */
type Urgency = 'awaited' | 'patient' | 'ahead';

interface Job {
  stop: AbortController;
  urgency: Urgency;
  ended: Promise<void>;
}

/** What a replication consists of at this moment. */
export abstract class Lists {
  abstract of(open: OpenReplication, from: NamedStore, to: NamedStore): Promise<CopyGroup[]>;
}

/**
 * Copies what is open, a few at a time. All that it knows is in the rows: a leader that takes over looks both stores over and
 * goes on with what is missing. A store that is silent costs waits, nothing else; what nobody needs any more is stopped.
 */
export class Replicate {
  private readonly jobs = new Map<string, Job>();
  private readonly paces = new Map<string, Pace>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly replications: ReplicationStore,
    private readonly stores: Stores,
    private readonly moves: MoveReplications,
    private readonly ends: EndReplications,
    private readonly lists: Lists,
    private readonly objects: CopyObject,
    private readonly progress: Progress,
    private readonly captures: CaptureUse,
    private readonly metrics: ReplicationMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async turn(): Promise<void> {
    if (!this.stores.several) return;
    for (const store of this.stores.all())
      void store.probe().catch((error: unknown) => this.logger.warn({ store: store.name, error }, 'store not probed'));
    const open = await this.work.read((tx) => this.replications.open(tx, OPEN_MAX));
    for (const one of inOrder(open)) await this.look(one);
  }

  /** Lets go of everything: another leader goes on with it. */
  async stop(): Promise<void> {
    for (const job of this.jobs.values()) job.stop.abort();
    const ended = Promise.all([...this.jobs.values()].map((job) => job.ended));
    await Promise.race([ended, sleep(STOP_WAIT_MS)]);
  }

  private async look(open: OpenReplication): Promise<void> {
    const next = nextStepOf(open, (cluster) => this.stores.nameOf(cluster));
    if (next === 'abandon') {
      this.jobs.get(keyOf(open))?.stop.abort();
      return this.ends.abandoned(open);
    }
    const isDue = (open.notBefore?.getTime() ?? 0) <= this.clock.now().getTime();
    if (next === 'wait' || !isDue || this.jobs.has(keyOf(open))) return;
    if (open.state === 'done') return this.ends.reopened(open);
    // A store that hangs would hold a place for a minute each time, and others would wait for it.
    const trouble = this.stores.get(open.from)?.trouble() ?? this.stores.get(open.to)?.trouble() ?? null;
    if (trouble !== null) return this.ends.postponed(open, trouble.failure);
    if (this.hasPlace(urgencyOf(open))) this.start(open);
  }

  private hasPlace(urgency: Urgency): boolean {
    const jobs = [...this.jobs.values()];
    if (jobs.length >= AT_ONCE) return false;
    if (urgency === 'awaited') return true;
    if (jobs.filter((job) => job.urgency !== 'awaited').length >= PATIENT_AT_ONCE) return false;
    return urgency === 'patient' || jobs.filter((job) => job.urgency === 'ahead').length < AHEAD_AT_ONCE;
  }

  private start(open: OpenReplication): void {
    const usesCapture = open.what === INPUTS;
    if (usesCapture && !this.captures.beginCopy(open.captureId)) return;
    const stop = new AbortController();
    const ended = this.copy(open, stop.signal)
      .catch((error: unknown) => this.logger.error({ run: open.runId, what: open.what, error }, 'replication not written down'))
      .finally(() => {
        this.jobs.delete(keyOf(open));
        if (usesCapture) this.captures.endCopy(open.captureId);
      });
    this.jobs.set(keyOf(open), { stop, urgency: urgencyOf(open), ended });
  }

  private async copy(open: OpenReplication, signal: AbortSignal): Promise<void> {
    const [from, to] = [this.stores.get(open.from), this.stores.get(open.to)];
    if (from === null || to === null) {
      const gone = from === null ? open.from : open.to;
      return this.ends.failed(open, 'not-configured', `the store of ${gone} is not configured any more`);
    }
    const startedMs = this.clock.monotonicMs();
    // Outputs are looked over again and again while steps finish, each time for what is new.
    const before = open.what === INPUTS ? null : countsOf(open);
    let current: Replication = open;
    let groups: CopyGroup[] = [];
    try {
      current = (await this.moves.move(open, 'start', { startedAt: open.startedAt ?? this.clock.now() })) ?? open;
      groups = await this.lists.of(open, from, to);
      const tell = (seen: SetProgress): void => this.progress.tell(current, sum(before, seen));
      const { leftOut, ...seen } = await new CopySet(this.objects, this.line(from, to, signal), tell, sleep).run(groups);
      await this.progress.settle(current);
      const seconds = (this.clock.monotonicMs() - startedMs) / 1000;
      const outcome = { counts: sum(before, seen), leftOut, seconds, movedBytes: seen.bytesCopied };
      await this.ends.finished(open, current, outcome);
    } catch (error) {
      await this.progress.settle(current);
      if (signal.aborted) await this.giveUp(open, to, groups);
      else await this.ends.ended(current, error, before);
    }
  }

  private line(from: NamedStore, to: NamedStore, signal: AbortSignal): Line {
    return {
      ...{ from, to, signal },
      pace: async (bytes) => {
        await this.pace(from, bytes);
        await this.pace(to, bytes);
      },
      moved: (bytes) => this.metrics.bytes.inc({ from: from.name, to: to.name }, bytes),
    };
  }

  private async pace({ name, bytesPerSMax }: NamedStore, bytes: number): Promise<void> {
    if (bytesPerSMax === null) return;
    const pace = this.paces.get(name) ?? new Pace(bytesPerSMax, () => this.clock.monotonicMs(), sleep);
    this.paces.set(name, pace);
    await pace.take(bytes);
  }

  /** What was sent of large objects is removed, unless somebody else goes on with it. */
  private async giveUp(open: OpenReplication, to: NamedStore, groups: readonly CopyGroup[]): Promise<void> {
    const now = await this.work.read((tx) => this.replications.find(tx, open));
    // Only stopped, and not abandoned: the next leader goes on with the uploads.
    if (now?.state !== 'abandoned') return;
    try {
      for (const { files } of groups)
        for (const { key, bytes } of files) if (bytes === null || bytes >= partBytes(1)) await this.objects.giveUp(to, key);
    } catch (error) {
      this.logger.debug({ run: open.runId, error }, 'uploads left to the sweep');
    }
  }
}

function countsOf({ objectsTotal, objectsDone, bytesTotal, bytesDone, bytesCopied }: SetProgress): SetProgress {
  return { objectsTotal, objectsDone, bytesTotal, bytesDone, bytesCopied };
}

function sum(before: SetProgress | null, seen: SetProgress): SetProgress {
  if (before === null) return countsOf(seen);
  return {
    objectsTotal: before.objectsTotal + seen.objectsTotal,
    objectsDone: before.objectsDone + seen.objectsDone,
    bytesTotal: before.bytesTotal + seen.bytesTotal,
    bytesDone: before.bytesDone + seen.bytesDone,
    bytesCopied: before.bytesCopied + seen.bytesCopied,
  };
}

const URGENCIES: readonly Urgency[] = ['awaited', 'patient', 'ahead'];

/** The most urgent first; among those the oldest. */
function inOrder(open: readonly OpenReplication[]): OpenReplication[] {
  const rank = (one: OpenReplication): number => URGENCIES.indexOf(urgencyOf(one));
  return [...open].sort((a, b) => rank(a) - rank(b) || a.plannedAt.getTime() - b.plannedAt.getTime());
}

function urgencyOf({ what, runState }: OpenReplication): Urgency {
  if (what === INPUTS) return runState === 'queued' ? 'ahead' : 'awaited';
  return runState === 'verifying' || runState === 'dispatching' ? 'awaited' : 'patient';
}

function keyOf({ runId, what, from, to }: Replication): string {
  return `${runId} ${what} ${from} ${to}`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
