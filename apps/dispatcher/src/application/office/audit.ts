import type { AuditAction } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import { currentRequestId } from '@stead/platform/logging';
import type { Tx } from '@stead/platform/postgres';
import type { AuditStore, OperatorActor } from './ports';

export interface Done {
  action: AuditAction;
  /** Name of a cluster, id of a run or of a workspace. */
  subject: string;
  /** What is not there is left out; nothing secret ever stands here. */
  before?: Record<string, unknown> | null;
  after?: Record<string, unknown> | null;
  reason?: string | undefined;
}

/** Writes down what an operator does, in the transaction that does it: neither is there without the other. */
export class Audit {
  constructor(
    private readonly store: AuditStore,
    private readonly clock: Clock,
  ) {}

  write(tx: Tx, actor: OperatorActor, { action, subject, before, after, reason }: Done): Promise<void> {
    return this.store.insert(tx, {
      ...{ action, subject, actorKind: actor.kind, actorId: actor.id, requestId: currentRequestId() },
      at: this.clock.now(),
      before: before ?? null,
      after: after ?? null,
      reason: reason ?? null,
    });
  }
}
