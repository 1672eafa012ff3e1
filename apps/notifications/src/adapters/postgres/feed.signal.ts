import type { Database } from '@stead/platform/postgres';
import { FeedSignal } from '../../application/ports';
import { FEED_CHANNEL } from './feed.store';

/** Postgres's LISTEN, shared by all streams of the process. A slow tick covers a notification lost in a reconnection. */
export class PostgresFeedSignal extends FeedSignal {
  private static readonly TICK_MS = 5_000;
  private readonly listeners = new Map<string, Set<() => void>>();
  private timer: NodeJS.Timeout | null = null;
  private unlisten: () => Promise<void> = () => Promise.resolve();

  constructor(private readonly database: Database) {
    super();
  }

  async start(): Promise<void> {
    this.unlisten = await this.database.listen(FEED_CHANNEL, (workspaceId) => this.wake(workspaceId));
    this.timer = setInterval(() => {
      for (const workspaceId of this.listeners.keys()) this.wake(workspaceId);
    }, PostgresFeedSignal.TICK_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.unlisten();
  }

  subscribe(workspaceId: string, listener: () => void): () => void {
    const listeners = this.listeners.get(workspaceId) ?? new Set();
    this.listeners.set(workspaceId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(workspaceId);
    };
  }

  private wake(workspaceId: string): void {
    for (const listener of this.listeners.get(workspaceId) ?? []) listener();
  }
}
