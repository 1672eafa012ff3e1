/** Runs what names the same key one after the other, in the order of arrival; other keys do not wait. */
export class KeyLock {
  private readonly tails = new Map<string, Promise<void>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    this.tails.set(key, tail);
    try {
      return await result;
    } finally {
      // Only the last in line may take the line away.
      if (this.tails.get(key) === tail) this.tails.delete(key);
    }
  }
}
