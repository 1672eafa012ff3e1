const LIFE_MS = [2_000, 8_000] as const;
const AWAY_MS = [0, 400] as const;
/** A feed that says nothing for so long has said all. */
const QUIET_MS = 1_500;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const between = ([low, high]: readonly [number, number]): number => low + Math.random() * (high - low);

/** Follows a stream of events (WHATWG HTML §9.2), breaks off without a word now and then, and goes on where it was. */
export class Listener {
  readonly ids: number[] = [];
  /** From an event's own time until it was here. */
  readonly delaysMs: number[] = [];
  /** Where the stream stood when it was heard first. */
  beganAt = NaN;
  reconnects = -1;
  /** Once it is told where the stream stands. */
  readonly started: Promise<void>;
  private begin: () => void = () => undefined;
  private lastId: string | null = null;
  private heardMs = performance.now();
  private stopped = false;
  private connection = new AbortController();

  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly options: { breaksOff: boolean } = { breaksOff: true },
  ) {
    this.started = new Promise((resolve) => (this.begin = resolve));
    void this.follow();
  }

  stop(): void {
    this.stopped = true;
    this.connection.abort();
  }

  /** The last id, when nothing has come for a while. */
  async quiet(): Promise<number> {
    while (performance.now() - this.heardMs < QUIET_MS) await pause(50);
    return this.ids.at(-1) ?? this.beganAt;
  }

  private async follow(): Promise<void> {
    while (!this.stopped) {
      this.reconnects += 1;
      this.connection = new AbortController();
      const life = this.options.breaksOff ? setTimeout(() => this.connection.abort(), between(LIFE_MS)) : undefined;
      try {
        const resume: Record<string, string> = this.lastId === null ? {} : { 'last-event-id': this.lastId };
        const { body, status } = await fetch(this.url, {
          headers: { ...this.headers, ...resume },
          signal: this.connection.signal,
        });
        if (status !== 200 || body === null) throw new Error(`status ${status}`);
        let rest = '';
        for await (const text of body.pipeThrough(new TextDecoderStream())) {
          const blocks = (rest + text).split('\n\n');
          rest = blocks.pop() ?? '';
          for (const block of blocks) this.take(block);
        }
      } catch (error) {
        const why = error instanceof Error && error.cause !== undefined ? error.cause : error;
        if (!this.connection.signal.aborted) console.error(`a listener was cut: ${String(why)}`);
      }
      clearTimeout(life);
      if (!this.stopped) await pause(between(AWAY_MS));
    }
  }

  private take(block: string): void {
    const id = /^id: (\d+)$/m.exec(block)?.[1];
    const data = /^data: (.+)$/m.exec(block)?.[1];
    if (id === undefined) return; // `retry`, and heartbeats
    if (Number.isNaN(this.beganAt)) {
      this.beganAt = Number(id) - (data === undefined ? 0 : 1);
      this.begin();
    }
    this.lastId = id;
    if (data === undefined) return;
    this.heardMs = performance.now();
    this.ids.push(Number(id));
    const { at } = JSON.parse(data) as { at: string }; // every event says when it was
    this.delaysMs.push(Date.now() - Date.parse(at));
  }
}
