import { messageKey, receiversOf, type MessageDefinition, type PayloadOf } from '@stead/contracts/messaging';
import { newId } from '@stead/platform/ids';
import { currentRequestId } from '@stead/platform/logging';
import type { SqlExecutor } from '@stead/platform/postgres';

/** Postgres channel on which relays hear that their schema's outbox has something new. */
export const OUTBOX_CHANNEL = 'stead_outbox';

/** Where a change is announced: in the transaction that makes it. Side effects leave a service no other way. */
export abstract class Outbox {
  abstract add<M extends MessageDefinition>(
    tx: SqlExecutor,
    workspaceId: string,
    message: M,
    payload: PayloadOf<M>,
  ): Promise<string>;
}

export class PostgresOutbox extends Outbox {
  constructor(private readonly schema: string) {
    super();
  }

  /** Parses the payload, so that a receiver never sees one that its schema refuses. Returns the message's id. */
  async add<M extends MessageDefinition>(
    tx: SqlExecutor,
    workspaceId: string,
    message: M,
    payload: PayloadOf<M>,
  ): Promise<string> {
    const id = newId();
    const parsed: unknown = message.payload.parse(payload);
    await tx.execute(
      `INSERT INTO ${this.schema}.outbox (id, workspace_id, message, payload, request_id, pending)
       VALUES ($1::uuid, $2::uuid, $3, $4::jsonb, $5, string_to_array($6, ','))`,
      [id, workspaceId, messageKey(message), JSON.stringify(parsed), currentRequestId(), receiversOf(message).join(',')],
    );
    tx.notify(OUTBOX_CHANNEL, this.schema);
    return id;
  }
}
