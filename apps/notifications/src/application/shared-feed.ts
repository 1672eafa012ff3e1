import type { FeedEvent } from '@stead/contracts/notifications';
import type { FeedStore } from './ports';

/**
 * Streams of a workspace that stand at the same event are woken in the same moment, and ask for the same: that is read once. Only
 * who asks before the reading begins has a part in it, since what is committed after that may be missing from it.
 */
export class SharedFeed {
  private readonly asked = new Map<string, Promise<FeedEvent[]>>();

  constructor(private readonly feed: FeedStore) {}

  lastId(workspaceId: string): Promise<string> {
    return this.feed.lastId(workspaceId);
  }

  after(workspaceId: string, id: string, limit: number): Promise<FeedEvent[]> {
    const key = `${workspaceId} ${id} ${limit}`;
    const shared = this.asked.get(key) ?? this.read(key, workspaceId, id, limit);
    this.asked.set(key, shared);
    return shared;
  }

  private async read(key: string, workspaceId: string, id: string, limit: number): Promise<FeedEvent[]> {
    await new Promise((resolve) => setImmediate(resolve));
    this.asked.delete(key);
    return this.feed.after(workspaceId, id, limit);
  }
}
