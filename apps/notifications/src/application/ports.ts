import type { FeedEvent, FeedType } from '@stead/contracts/notifications';

/** The events of each workspace, in the order in which they become visible. */
export abstract class FeedStore {
  /** Adds once per message: a message that comes again adds nothing. */
  abstract append(workspaceId: string, messageId: string, type: FeedType, data: unknown): Promise<void>;
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
