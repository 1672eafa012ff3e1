import { messageKey, type MessageDefinition, type PayloadOf } from '@stead/contracts/messaging';
import { newId } from '@stead/platform/ids';
import { Outbox } from '@stead/platform/outbox';
import type { MemoryDatabase } from './memory-database';
import { MemoryTransaction } from './memory-transaction';

/** Announcements in the order of their numbers, as a relay would send them. */
export class MemoryOutbox extends Outbox {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  async add<M extends MessageDefinition>(
    handle: object,
    workspaceId: string,
    message: M,
    payload: PayloadOf<M>,
  ): Promise<string> {
    const id = newId();
    const parsed: unknown = message.payload.parse(payload);
    const tx = await MemoryTransaction.statementOf(handle, 'outbox.add');
    const row = { workspaceId, seq: this.database.nextSequence(), message: messageKey(message), payload: parsed };
    tx.write(this.database.outbox, id, row);
    return id;
  }
}
