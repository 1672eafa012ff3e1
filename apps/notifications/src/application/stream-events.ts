import type { FeedEvent } from '@stead/contracts/notifications';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { FeedSignal, FeedStore } from './ports';
import { SharedFeed } from './shared-feed';

const BATCH = 200;

export interface EventSink {
  /** What comes is what is after this id. */
  begin(id: string): void;
  /** Resolves when there is room for the next one. */
  send(event: FeedEvent): Promise<void>;
  readonly closed: boolean;
}

/**
 * Sends a workspace's events to a sink: first those after `since`, then each as it comes. Signals only wake the reader; what
 * is sent is always read from the store after the last id sent, so none is lost, doubled or out of order.
 */
export class StreamEvents {
  private readonly feed: SharedFeed;

  constructor(
    feed: FeedStore,
    private readonly signal: FeedSignal,
  ) {
    this.feed = new SharedFeed(feed);
  }

  /** Resolves with the function that ends the stream. */
  async open(
    { workspaceId }: WorkspaceActor,
    since: string | null,
    sink: EventSink,
    onError: (error: unknown) => void,
  ): Promise<() => void> {
    const newest = await this.feed.lastId(workspaceId);
    // An id that is still to come is from another time (a database that was restored): its owner would miss all until then.
    let last = since === null || BigInt(since) > BigInt(newest) ? newest : since;
    // Told at once: who breaks off before the first event would come back without an id, and miss what came between.
    sink.begin(last);
    let reading = false;
    let again = false;

    const drain = async (): Promise<void> => {
      if (sink.closed) return;
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      try {
        do {
          again = false;
          const events = await this.feed.after(workspaceId, last, BATCH);
          for (const event of events) {
            if (sink.closed) return;
            await sink.send(event);
            last = event.id;
          }
          again ||= events.length === BATCH;
        } while (again && !sink.closed);
      } finally {
        reading = false;
      }
    };

    const unsubscribe = this.signal.subscribe(workspaceId, () => void drain().catch(onError));
    try {
      await drain();
    } catch (error) {
      unsubscribe();
      throw error;
    }
    return unsubscribe;
  }
}
