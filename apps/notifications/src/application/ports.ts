import type { FeedEvent, FeedType } from '@stead/contracts/notifications';
import type { Tx } from '@stead/platform/postgres';

/** One transaction; stores write through it. */
export abstract class UnitOfWork {
  /** Sees one workspace. */
  abstract tenant<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Sees every workspace: for what runs beside requests, as the context's worker role. */
  abstract all<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

/** The events of each workspace, in the order in which they become visible. */
export abstract class FeedStore {
  /** Adds once per message; false when an earlier delivery of it has added the event already. */
  abstract append(tx: Tx, workspaceId: string, messageId: string, type: FeedType, data: unknown): Promise<boolean>;
  abstract after(workspaceId: string, id: string, limit: number): Promise<FeedEvent[]>;
  abstract lastId(workspaceId: string): Promise<string>;
  /** Removes what nobody will ask for any more; returns how many. */
  abstract sweep(): Promise<number>;
}

/** Where a stream's trouble is written down; its client only sees it end. */
export abstract class StreamTroubles {
  abstract report(workspaceId: string, error: unknown): void;
}

/** Tells, within this process, that a workspace has news. */
export abstract class FeedSignal {
  /** Returns a function that ends the subscription. */
  abstract subscribe(workspaceId: string, listener: () => void): () => void;
}
