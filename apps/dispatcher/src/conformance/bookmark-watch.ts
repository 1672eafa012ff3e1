import type { KubeTransport } from '@stead/platform/kube';
import { watch, type WatchEvent } from './streams';

const QUIET_S = 5;
/** Servers that send any send one about each minute. */
const LONG_S = 75;

/**
 * Waits for a bookmark from the beginning of a session on, as other checks take their time: a server sends one when a watch
 * is about to end, or each minute, or never.
 */
export class BookmarkWatch {
  private found: Promise<WatchEvent | null> | null = null;

  constructor(
    private readonly transport: KubeTransport,
    private readonly path: string,
    private readonly labelSelector: string,
  ) {}

  begin(resourceVersion: string): void {
    const wait = async (timeoutSeconds: number): Promise<WatchEvent> => {
      const query = { labelSelector: this.labelSelector, resourceVersion, timeoutSeconds, allowWatchBookmarks: true };
      const isBookmark = ({ type }: WatchEvent): boolean => type === 'BOOKMARK';
      const { events } = await watch(this.transport, this.path, { query, forMs: (timeoutSeconds + 2) * 1000, until: isBookmark });
      const bookmark = events.find(isBookmark);
      if (bookmark === undefined) throw new Error('none came');
      return bookmark;
    };
    this.found = Promise.any([wait(QUIET_S), wait(LONG_S)]).catch(() => null);
  }

  /** Null when none has come in a minute. */
  async first(): Promise<WatchEvent | null> {
    return this.found;
  }
}
