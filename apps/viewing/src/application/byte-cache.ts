interface Entry<T> {
  value: T;
  bytes: number;
}

/**
 * Keeps what was used last, up to a number of bytes. Many who ask for the same thing at once make one load; what cannot be
 * loaded is not kept, so the next one tries again.
 */
export class ByteCache<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly loading = new Map<string, Promise<T>>();
  private held = 0;

  constructor(
    private readonly bytesMax: number,
    private readonly bytesOf: (value: T) => number,
  ) {}

  get bytes(): number {
    return this.held;
  }

  peek(key: string): T | null {
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    this.entries.delete(key);
    this.entries.set(key, entry); // last in the order of insertion: used last
    return entry.value;
  }

  get(key: string, load: () => Promise<T>): Promise<T> {
    const known = this.peek(key);
    if (known !== null) return Promise.resolve(known);
    const running = this.loading.get(key);
    if (running !== undefined) return running;
    const started = load()
      .then((value) => this.keep(key, value))
      .finally(() => this.loading.delete(key));
    this.loading.set(key, started);
    return started;
  }

  private keep(key: string, value: T): T {
    const bytes = this.bytesOf(value);
    if (bytes > this.bytesMax) return value;
    this.entries.set(key, { value, bytes });
    this.held += bytes;
    for (const [oldest, entry] of this.entries) {
      if (this.held <= this.bytesMax) break;
      this.entries.delete(oldest);
      this.held -= entry.bytes;
    }
    return value;
  }
}
