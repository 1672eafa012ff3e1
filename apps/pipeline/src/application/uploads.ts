/**
 * Uploads beside the work that makes their bytes, a few at a time. The first that fails ends that work: at its next upload, or
 * when it waits for the rest. Nobody else awaits these promises, so their failures are kept here and never go unhandled.
 */
export class Uploads {
  private readonly running = new Set<Promise<void>>();
  private failure: { error: unknown } | null = null;

  constructor(private readonly atOnceMax: number) {}

  async add(start: () => Promise<unknown>): Promise<void> {
    while (this.running.size >= this.atOnceMax) await Promise.race(this.running);
    this.throwIfFailed();
    const upload: Promise<void> = start()
      .then(
        () => undefined,
        (error: unknown) => {
          this.failure ??= { error };
        },
      )
      .finally(() => this.running.delete(upload));
    this.running.add(upload);
  }

  async settle(): Promise<void> {
    await Promise.all(this.running);
    this.throwIfFailed();
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw this.failure.error;
  }
}
