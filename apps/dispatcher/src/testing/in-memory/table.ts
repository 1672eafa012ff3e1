/** A transaction, as far as its rows are concerned. */
export interface Reader {
  /** The one workspace that it sees, or null when it sees all. */
  readonly workspaceId: string | null;
}

/** What a transaction has written, before and when it takes effect. */
export interface Written {
  apply(by: Reader): void;
  discard(by: Reader): void;
}

/** Rows by key: those that are committed, and what each open transaction has made of them. No row is ever changed in place. */
export class Table<Row extends object> implements Written {
  readonly rows = new Map<string, Row>();
  /** Null: removed. */
  private readonly uncommitted = new Map<Reader, Map<string, Row | null>>();

  /** `workspaceOf` is null in a table that belongs to no workspace. */
  constructor(
    readonly name: string,
    private readonly workspaceOf: ((row: Row) => string) | null,
  ) {}

  get(by: Reader, key: string): Row | null {
    const own = this.uncommitted.get(by)?.get(key);
    const row = own === undefined ? (this.rows.get(key) ?? null) : own;
    return row !== null && this.isVisible(by, row) ? row : null;
  }

  /** In the order in which they were first written. */
  all(by: Reader): Row[] {
    const own = this.uncommitted.get(by);
    const visible: Row[] = [];
    for (const [key, committed] of this.rows) {
      const row = own?.has(key) === true ? own.get(key) : committed;
      if (row && this.isVisible(by, row)) visible.push(row);
    }
    for (const [key, row] of own ?? []) if (row !== null && !this.rows.has(key)) visible.push(row);
    return visible;
  }

  write(by: Reader, key: string, row: Row): void {
    if (!this.isVisible(by, row)) throw new Error(`new row violates row-level security policy for table "${this.name}"`);
    this.ownOf(by).set(key, row);
  }

  remove(by: Reader, key: string): void {
    this.ownOf(by).set(key, null);
  }

  /** What a transaction is about to commit. */
  writtenBy(by: Reader): ReadonlyMap<string, Row | null> {
    return this.uncommitted.get(by) ?? new Map<string, Row>();
  }

  apply(by: Reader): void {
    for (const [key, row] of this.uncommitted.get(by) ?? []) {
      if (row === null) this.rows.delete(key);
      else this.rows.set(key, row);
    }
    this.uncommitted.delete(by);
  }

  discard(by: Reader): void {
    this.uncommitted.delete(by);
  }

  private ownOf(by: Reader): Map<string, Row | null> {
    const own = this.uncommitted.get(by) ?? new Map<string, Row | null>();
    this.uncommitted.set(by, own);
    return own;
  }

  private isVisible(by: Reader, row: Row): boolean {
    return by.workspaceId === null || this.workspaceOf === null || this.workspaceOf(row) === by.workspaceId;
  }
}
