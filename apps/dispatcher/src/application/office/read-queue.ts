import type {
  DeadLetterView,
  ListDeadLettersQuery,
  ListQueueQuery,
  QueueDetailView,
  QueueItemView,
} from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import {
  SNAPSHOT_AGE_MAX_MS,
  type DeadLetterPlace,
  type LiveSnapshot,
  type OfficeRunStore,
  type OfficeWork,
  type QueuePlace,
  type SnapshotStore,
} from './ports';
import { presentAttempt, presentDeadLetter, presentDecision, presentQueued } from './presenting';
import { expectedStarts } from '../../domain/expected-starts';
import { officeError } from '../../domain/office-errors';

const DECISIONS_SHOWN_MAX = 100;

/** The queue and the dead letters of all workspaces. */
export class ReadQueue {
  constructor(
    private readonly work: OfficeWork,
    private readonly office: OfficeRunStore,
    private readonly snapshots: SnapshotStore,
    private readonly clock: Clock,
  ) {}

  /** One more than `limit`, if there is one. */
  async list(query: ListQueueQuery, after: QueuePlace | null): Promise<QueueItemView[]> {
    const { workspaceId, state, pipeline, cluster, policy, title } = query;
    const filter = { workspaceId, state, pipeline, cluster, policy, title };
    const { rows, live } = await this.work.run(async (tx) => ({
      rows: await this.office.queue(tx, filter, after, query.limit + 1),
      live: await this.snapshots.read(tx),
    }));
    const starts = this.startsOf(live);
    return rows.map((row) => presentQueued(row, row.run.state === 'queued' ? starts.get(row.run.id) : undefined));
  }

  async get(runId: string): Promise<QueueDetailView> {
    return this.work.run(async (tx) => {
      const row = await this.office.one(tx, runId);
      if (row === null) throw officeError['run-not-found'](`There is no run ${runId}`);
      const { run } = row;
      const starts = run.state === 'queued' ? this.startsOf(await this.snapshots.read(tx)) : null;
      return {
        ...presentQueued(row, starts?.get(runId)),
        failure: run.failure,
        attempts: (await this.office.attemptsOf(tx, [runId])).map(presentAttempt),
        decisions: (await this.office.decisionsOf(tx, runId, DECISIONS_SHOWN_MAX)).map(presentDecision),
        excluded: { ...run.excluded },
      };
    });
  }

  /** One more than `limit`, if there is one. */
  async deadLetters(query: ListDeadLettersQuery, after: DeadLetterPlace | null): Promise<DeadLetterView[]> {
    const { workspaceId, pipeline, code } = query;
    return this.work.run(async (tx) => {
      const runs = await this.office.deadLetters(tx, { workspaceId, pipeline, code, before: undefined }, after, query.limit + 1);
      const attempts = await this.office.attemptsOf(
        tx,
        runs.map(({ id }) => id),
      );
      return runs.map((run) => presentDeadLetter(run, attempts));
    });
  }

  private startsOf(live: LiveSnapshot | null): ReadonlyMap<string, number> {
    const nowMs = this.clock.now().getTime();
    if (live === null || nowMs - live.at.getTime() > SNAPSHOT_AGE_MAX_MS) return new Map();
    return expectedStarts(live.snapshot, live.policy, live.at.getTime());
  }
}
