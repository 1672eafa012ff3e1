interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** Bounds one statement's parameters. */
const ITEMS_MAX = 500;

/**
 * Does work of the same kind together: what arrives while one batch is under way forms the next one, so a lone caller waits
 * for nobody and a crowd shares the cost. A batch that fails fails all who are in it.
 */
export class Gathered<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private busy = false;

  /** `work` returns one result per item, in their order. */
  constructor(private readonly work: (items: readonly Item[]) => Promise<readonly Result[]>) {}

  run(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.busy) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, ITEMS_MAX);
      try {
        const results = await this.work(batch.map(({ item }) => item));
        if (results.length !== batch.length) throw new Error(`${results.length} results for ${batch.length} items`);
        for (const [i, result] of results.entries()) batch[i]?.resolve(result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.busy = false;
  }
}
