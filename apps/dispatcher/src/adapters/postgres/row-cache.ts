/** What tells a version of a row from all others: the transaction that wrote it, and where it lies. */
export const VERSION = (alias: string): string => `${alias}.xmin::text || ' ' || ${alias}.ctid::text AS version`;

export interface Mark {
  id: string;
  version: string;
}

/**
 * Rows that are asked for many times a second and seldom change: only those that have are read and made into objects again.
 * What is handed out is shared, and changed by nobody.
 */
export class RowCache<Row extends Mark, T> {
  private readonly known = new Map<string, { version: string; value: T }>();

  constructor(
    private readonly make: (row: Row) => T,
    /** Of rows that may be asked for at a time; twice as many are remembered, whichever of them are asked for. */
    private readonly most: number,
  ) {}

  /** `marks`: what is there, in the order that is wanted. `fetch` leaves out what is not there any more. */
  async read(marks: readonly Mark[], fetch: (ids: readonly string[]) => Promise<Row[]>): Promise<T[]> {
    const stale = marks.filter(({ id, version }) => this.known.get(id)?.version !== version).map(({ id }) => id);
    const fetched = stale.length === 0 ? [] : await fetch(stale);
    const gone = new Set(stale);
    for (const row of fetched) {
      this.known.set(row.id, { version: row.version, value: this.make(row) });
      gone.delete(row.id);
    }
    const values = marks.flatMap(({ id }) => {
      const there = gone.has(id) ? undefined : this.known.get(id);
      return there === undefined ? [] : [there.value];
    });
    if (this.known.size > 2 * this.most) this.known.clear();
    return values;
  }
}
