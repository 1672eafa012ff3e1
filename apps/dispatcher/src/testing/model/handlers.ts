import { AppError } from '@stead/platform/errors';
import type { Outbox } from '@stead/platform/outbox';
import { DatabaseUnavailable } from '@stead/platform/postgres';
import { AttemptAccounts } from '../../application/attempt-accounts';
import { CancelRun } from '../../application/cancel-run';
import { Lifecycles } from '../../application/move-run';
import type { AttemptStore, RunStore, TenantWork } from '../../application/ports';
import { OrderPurge } from '../../application/purge-run';
import { RequestRun } from '../../application/request-run';
import { MemoryAttemptStore } from '../in-memory/memory-attempt.store';
import { MemoryBudgetStore } from '../in-memory/memory-budget.store';
import { MemoryOutbox } from '../in-memory/memory-outbox';
import { MemoryStepStore } from '../in-memory/memory-record.stores';
import { MemoryRunStore } from '../in-memory/memory-run.store';
import { MemoryTenantWork } from '../in-memory/memory-unit-of-work';
import { MemoryWorkspaceStore } from '../in-memory/memory-workspace.store';
import { Process } from './baton';
import { requestOf, type Message } from './messages';
import type { Tampering } from './tampering';
import type { World } from './world';

export interface HandlerParts {
  work: TenantWork;
  runs: RunStore;
  attempts: AttemptStore;
  outbox: Outbox;
  accounts: AttemptAccounts;
}

/** The processes into whose hands messages come, each until its handler has returned. */
export class Handlers {
  readonly messages: Message[] = [];

  constructor(
    private readonly world: World,
    private readonly tampering: Tampering,
  ) {}

  /** It is delivered, again and again, until its handler has returned. */
  async deliver(message: Message, points: number): Promise<void> {
    if (message.state === 'acknowledged') return;
    if (message.process !== null) {
      const { process } = message;
      return void (await this.world.baton.resume(0, points, (one) => one === process));
    }
    const process = new Process(`handler of ${message.kind}`);
    message.process = process;
    const done = (state: Message['state']): void => {
      if (message.process !== process) return;
      message.process = null;
      message.state = state;
    };
    await this.world.baton.start(() => {
      this.handle(message, process).then(
        () => done('acknowledged'),
        (error: unknown) => {
          const isAnswer = error instanceof AppError && error.code.endsWith('run-not-cancellable');
          const isLater =
            error instanceof DatabaseUnavailable || (error instanceof AppError && error.code.endsWith('not-known-yet'));
          if (!isAnswer && !isLater) this.world.watcher.fail('no mistakes', `${message.kind}: ${String(error)}`);
          done(isAnswer ? 'acknowledged' : 'waiting');
        },
      );
    }, points);
  }

  killHandler(message: Message): void {
    if (message.process === null) return;
    const { process } = message;
    message.process = null;
    this.world.baton.kill(process);
    this.world.database.abort((tx) => tx.owner === process);
  }

  private handle(message: Message, process: Process): Promise<unknown> {
    const { database, policy, counts, clusters, time } = this.world;
    const plain: HandlerParts = {
      work: new MemoryTenantWork(database, process),
      runs: new MemoryRunStore(database),
      attempts: new MemoryAttemptStore(database),
      outbox: new MemoryOutbox(database),
      accounts: new AttemptAccounts(
        new MemoryWorkspaceStore(database, policy.shareHalfLifeMs),
        new MemoryBudgetStore(database),
        counts.spend,
        (name) => clusters.some((cluster) => cluster.name === name && cluster.shape.kind === 'cloud'),
      ),
    };
    const { work, runs, attempts, outbox, accounts } = this.tampering.handler?.(plain, this.world) ?? plain;
    const clock = time.clock();
    const steps = new MemoryStepStore(database);
    const lifecycles = new Lifecycles(runs, attempts, outbox, counts, accounts);
    const { workspaceId, runId } = message;
    switch (message.kind) {
      case 'request':
        return new RequestRun(work, runs, steps, lifecycles, clock).run(workspaceId, requestOf(message));
      case 'order-cancel':
        return new CancelRun(work, runs, lifecycles, clock).order(workspaceId, runId);
      case 'ask-cancel':
        return new CancelRun(work, runs, lifecycles, clock).ask(workspaceId, runId);
      case 'purge':
        return new OrderPurge(work, runs).run(workspaceId, { runId, what: 'everything' });
      case 'purge-published':
        return new OrderPurge(work, runs).run(workspaceId, { runId, what: 'published' });
      case 'purge-work':
        return new OrderPurge(work, runs).run(workspaceId, { runId, what: 'work' });
    }
  }
}
