import { VISIT_EVENTS_MAX, type VisitEvent } from '@stead/contracts/viewing';

export interface DiaryOptions {
  /** What the open visit is known by at this moment. */
  visit(): string;
  send(body: string): void;
  nowMs(): number;
}

const DWELL_MS_MAX = 3_600_000;

/**
 * What a visit was like, for the owner's counts: whether the place was seen, walked in, looked at, and for how long. Told when the
 * page is left, all at once; nothing of who the visitor is.
 */
export class Diary {
  private events: VisitEvent[] = [];
  private readonly once = new Set<string>();
  private open: { hotspotId: string; sinceMs: number } | null = null;

  constructor(private readonly options: DiaryOptions) {}

  ready(): void {
    this.add({ what: 'ready' }, 'ready');
  }

  moved(): void {
    this.add({ what: 'moved' }, 'moved');
  }

  opened(hotspotId: string): void {
    if (this.open?.hotspotId === hotspotId) return;
    this.closed();
    this.open = { hotspotId, sinceMs: this.options.nowMs() };
  }

  closed(): void {
    if (this.open === null) return;
    const { hotspotId, sinceMs } = this.open;
    this.open = null;
    const dwellMs = Math.round(Math.min(DWELL_MS_MAX, Math.max(0, this.options.nowMs() - sinceMs)));
    this.add({ what: 'hotspot', hotspotId, dwellMs });
  }

  tourFinished(tourId: string): void {
    this.add({ what: 'tour-finished', tourId }, `tour ${tourId}`);
  }

  /** The page is left, or hidden: it may not come back. What is open goes on being looked at, when it does. */
  tell(): void {
    const { open } = this;
    this.closed();
    if (open !== null) this.open = { ...open, sinceMs: this.options.nowMs() };
    const { events } = this;
    this.events = [];
    if (events.length > 0) this.options.send(JSON.stringify({ visit: this.options.visit(), events }));
  }

  private add(event: VisitEvent, once?: string): void {
    if (once !== undefined && this.once.has(once)) return;
    if (once !== undefined) this.once.add(once);
    this.events.push(event);
    if (this.events.length >= VISIT_EVENTS_MAX) this.tell();
  }
}

/** Tells by a beacon, which outlives the page; nothing where the visitor has asked not to be counted. */
export function keepDiary(visit: () => string, signal: AbortSignal): Diary {
  const asked = navigator as Navigator & { globalPrivacyControl?: boolean };
  const silent = asked.globalPrivacyControl === true || navigator.doNotTrack === '1';
  const diary = new Diary({
    visit,
    nowMs: () => performance.now(),
    send: (body) => {
      if (!silent) navigator.sendBeacon('/v1/visits/events', new Blob([body], { type: 'application/json' }));
    },
  });
  const options = { signal };
  document.addEventListener('visibilitychange', () => void (document.hidden && diary.tell()), options);
  addEventListener('pagehide', () => diary.tell(), options);
  signal.addEventListener('abort', () => diary.tell());
  return diary;
}

/** Calls once, when the view is another one than at first. */
export function firstMove(call: () => void): (pose: unknown) => void {
  let first: string | null = null;
  let called = false;
  return (pose) => {
    if (called) return;
    const text = JSON.stringify(pose);
    first ??= text;
    if (text === first) return;
    called = true;
    call();
  };
}
