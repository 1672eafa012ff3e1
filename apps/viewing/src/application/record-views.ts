import type { VisitEventsBody } from '@stead/contracts/viewing';
import type { Clock } from '@stead/platform/clock';
import type { Places } from './places';
import type { SightingStore, VisitorDigests } from './ports';
import type { Place } from '../domain/place';
import { dayOf, type Counted, type Sighting } from '../domain/statistics';
import type { VisitTokens } from '../domain/visit-tokens';

/** What waits in memory at most. More is not counted: a flood of events must not take the memory that serves tiles. */
const WAITING_MAX = 20_000;

export interface Caller {
  address: string;
  userAgent: string;
}

/**
 * Counts what visitors do, beside what serves them: nothing here waits for a database. What is in memory is written every second by
 * `flush`; a process that dies loses that second.
 */
export class RecordViews {
  private waiting: Sighting[] = [];
  private lost = 0;

  constructor(
    private readonly visits: VisitTokens,
    private readonly places: Places,
    private readonly digests: VisitorDigests,
    private readonly store: SightingStore,
    private readonly clock: Clock,
  ) {}

  async opened(place: Place, caller: Caller): Promise<void> {
    await this.add(place, caller, [['view', place.published.id, 0]]);
  }

  /** False where the visit is none, or over: then nothing is counted. */
  async told({ visit, events }: VisitEventsBody, caller: Caller): Promise<boolean> {
    const now = this.clock.now();
    const grant = this.visits.check(visit, now);
    const place = grant === null ? null : await this.places.granted(grant, now);
    if (place === null) return false;
    const { id } = place.published;
    const seen = events.flatMap((event): [Counted, string, number][] => {
      if (event.what !== 'hotspot') return [[event.what, id, 0]];
      return [['hotspot', event.hotspotId, event.dwellMs]];
    });
    // Once for the visit, however many it looked at.
    if (seen.some(([what]) => what === 'hotspot')) seen.push(['hotspot-view', id, 0]);
    await this.add(place, caller, seen);
    return true;
  }

  /** Writes what waits; what cannot be written now waits on. Returns how many events were not counted since the last time. */
  async flush(): Promise<number> {
    const batch = this.waiting;
    this.waiting = [];
    try {
      if (batch.length > 0) await this.store.add(batch);
    } catch (error) {
      this.waiting = [...batch, ...this.waiting].slice(0, WAITING_MAX);
      throw error;
    }
    const { lost } = this;
    this.lost = 0;
    return lost;
  }

  private async add({ published }: Place, caller: Caller, seen: readonly [Counted, string, number][]): Promise<void> {
    const { id: publicationId, workspaceId } = published;
    const day = dayOf(this.clock.now());
    const visitor = await this.digests.of(day, publicationId, caller);
    for (const [what, subject, dwellMs] of seen) {
      if (this.waiting.length >= WAITING_MAX) this.lost += 1;
      else this.waiting.push({ workspaceId, publicationId, subject, what, day, dwellMs, visitor });
    }
  }
}
