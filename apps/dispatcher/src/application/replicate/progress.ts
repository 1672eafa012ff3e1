import { runProgressed } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import { withContext, type Logger } from '@stead/platform/logging';
import type { Outbox } from '@stead/platform/outbox';
import type { SetProgress } from './copy-set';
import type { ReplicationStore } from './ports';
import type { RunStore, UnitOfWork } from '../ports';
import { INPUTS, explainCopying, type Replication } from '../../domain/replication';

const PROGRESS_MS = 1_000;

/** How far copies are, for people: written down and told at most once a second for each. */
export class Progress {
  private readonly told = new Map<string, Told>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly replications: ReplicationStore,
    private readonly runs: RunStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  tell(replication: Replication, seen: Readonly<SetProgress>): void {
    const key = keyOf(replication);
    const told = this.told.get(key) ?? { atMs: -Infinity, timer: null, writing: Promise.resolve() };
    this.told.set(key, told);
    told.latest = { ...replication, ...seen };
    const waitMs = told.atMs + PROGRESS_MS - this.clock.monotonicMs();
    if (waitMs <= 0) this.writeLatest(told);
    // What came last is told too: nothing may come after it for a long time.
    else told.timer ??= setTimeout(() => this.writeLatest(told), waitMs);
  }

  /** Nothing of it is under way any more. */
  async settle(replication: Replication): Promise<void> {
    const told = this.told.get(keyOf(replication));
    this.told.delete(keyOf(replication));
    if (told?.timer !== undefined && told.timer !== null) clearTimeout(told.timer);
    await told?.writing;
  }

  private writeLatest(told: Told): void {
    const { latest } = told;
    told.timer = null;
    if (latest === undefined) return;
    told.atMs = this.clock.monotonicMs();
    told.writing = told.writing
      .then(() => this.write(latest))
      .catch((error: unknown) => this.logger.debug({ run: latest.runId, error }, 'progress not written'));
  }

  private async write(replication: Replication): Promise<void> {
    await this.work.run(async (tx) => {
      await this.replications.note(tx, replication, replication);
      if (replication.what !== INPUTS) return;
      const run = await this.runs.find(tx, replication.runId);
      if (run?.state !== 'dispatching') return;
      const { id: runId, workspaceId, title, step, percent, etaS, cluster, requestId } = run;
      const payload = { runId, title, step, percent, etaS, cluster, why: explainCopying(replication) };
      await withContext({ requestId, workspaceId }, () => this.outbox.add(tx, workspaceId, runProgressed, payload));
    });
  }
}

interface Told {
  atMs: number;
  latest?: Replication;
  timer: NodeJS.Timeout | null;
  writing: Promise<void>;
}

function keyOf({ runId, what, from, to }: Replication): string {
  return `${runId} ${what} ${from} ${to}`;
}
