import { keys } from '@stead/contracts/pipeline';
import type { Clock } from '@stead/platform/clock';
import type { Logger } from '@stead/platform/logging';
import { PreconditionFailed } from '@stead/platform/object-store';
import { StoreFailed, type Stores } from './stores';
import type { AttemptStore, RunStore, UnitOfWork } from '../ports';
import type { Attempt, Run } from '../../domain/run';
import { isFinal } from '../../domain/run.machine';

const MARKER = 'fenced';

/**
 * Tells the steps of a given-up attempt that they were replaced, where they look for it: in the store of their own cluster,
 * which may answer them although the cluster does not answer us. Only once nobody can take the attempt back.
 */
export class MarkFenced {
  private readonly marked = new Set<string>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly runs: RunStore,
    private readonly attempts: AttemptStore,
    private readonly stores: Stores,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async turn(): Promise<void> {
    const { lost, replaced } = await this.work.read(async (tx) => {
      const lost = await this.attempts.inStates(tx, ['lost']);
      const unmarked = lost.filter(({ id }) => !this.marked.has(id));
      const runs = new Map(
        (await this.runs.findAll(tx, [...new Set(unmarked.map(({ runId }) => runId))])).map((run) => [run.id, run]),
      );
      return { lost, replaced: unmarked.filter((attempt) => isReplaced(runs.get(attempt.runId), attempt)) };
    });
    const ids = new Set(lost.map(({ id }) => id));
    for (const id of this.marked) if (!ids.has(id)) this.marked.delete(id);
    for (const attempt of replaced) await this.mark(attempt, this.stores.nameOf(attempt.cluster));
  }

  private async mark({ id, workspaceId, runId, epoch, cluster }: Attempt, name: string): Promise<void> {
    const store = this.stores.get(name);
    if (store === null || store.trouble() !== null) return;
    const key = keys.epochPrefix(workspaceId, runId, epoch) + MARKER;
    const body = Buffer.from(JSON.stringify({ epoch, cluster, at: this.clock.now().toISOString() }));
    try {
      await store.ask((objects) => objects.put(key, body, { mediaType: 'application/json', ifNoneMatch: '*' }));
    } catch (error) {
      if (!(error instanceof PreconditionFailed)) {
        if (!(error instanceof StoreFailed)) throw error;
        this.logger.debug({ key, error }, 'marker not written yet');
        return;
      }
    }
    this.marked.add(id);
  }
}

function isReplaced(run: Run | undefined, attempt: Attempt): boolean {
  return run !== undefined && (run.epoch > attempt.epoch || isFinal(run.state));
}
