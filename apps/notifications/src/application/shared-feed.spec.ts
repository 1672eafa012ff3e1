import type { FeedEvent } from '@stead/contracts/notifications';
import { FeedStore } from './ports';
import { SharedFeed } from './shared-feed';

const event = (id: number): FeedEvent => ({ id: String(id), type: 'run.changed', at: new Date(0).toISOString(), data: {} });

/** What is committed when a reading begins is what it sees. */
class Feed extends FeedStore {
  readonly events: FeedEvent[] = [];
  reads = 0;

  override append(): Promise<boolean> {
    throw new Error('nobody appends here');
  }
  override async after(_workspaceId: string, id: string): Promise<FeedEvent[]> {
    this.reads += 1;
    return this.events.filter((one) => Number(one.id) > Number(id));
  }
  override async lastId(): Promise<string> {
    return this.events.at(-1)?.id ?? '0';
  }
  override async sweep(): Promise<number> {
    return 0;
  }
}

const idsOf = (events: readonly FeedEvent[]): string[] => events.map(({ id }) => id);

describe('a feed that many read', () => {
  it('is read once for all who ask in the same moment from the same place', async () => {
    const feed = new Feed();
    feed.events.push(event(1), event(2));
    const shared = new SharedFeed(feed);
    const answers = await Promise.all([
      ...Array.from({ length: 200 }, () => shared.after('w', '0', 200)),
      shared.after('w', '1', 200),
      shared.after('v', '0', 200),
    ]);
    expect(feed.reads).toBe(3);
    expect(answers.slice(0, 200).every((events) => String(idsOf(events)) === '1,2')).toBe(true);
    expect(idsOf(answers[200] ?? [])).toEqual(['2']);
  });

  it('is read again for who asks after a reading has begun: what came meanwhile is not missed', async () => {
    const feed = new Feed();
    const shared = new SharedFeed(feed);
    const first = shared.after('w', '0', 200);
    await new Promise((resolve) => setImmediate(resolve));
    feed.events.push(event(1));
    expect(idsOf(await shared.after('w', '0', 200))).toEqual(['1']);
    await first;
    expect(feed.reads).toBe(2);
  });

  it('fails for those who asked, and is read anew for the next', async () => {
    const feed = new Feed();
    const shared = new SharedFeed(feed);
    feed.after = () => Promise.reject(new Error('away'));
    const both = await Promise.allSettled([shared.after('w', '0', 200), shared.after('w', '0', 200)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    feed.after = () => Promise.resolve([event(3)]);
    expect(idsOf(await shared.after('w', '0', 200))).toEqual(['3']);
  });
});
