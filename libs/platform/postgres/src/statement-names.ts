/** A statement that is built anew for each call would fill the memory of every connection with names that never come again. */
const NAMES_MAX = 500;
const SEEN_MAX = 5_000;
/** Used once or twice, at a start for instance, a statement is not worth a name. */
const USES_UNTIL_NAMED = 2;

/**
 * Statements that keep coming get a name, under which a connection's server parses them once and plans them seldom
 * (https://www.postgresql.org/docs/current/sql-prepare.html); that is half of what a small statement costs.
 */
export class StatementNames {
  private readonly uses = new Map<string, number>();
  private readonly names = new Map<string, number>();
  private generation = 1;

  nameOf(sql: string): string | undefined {
    const known = this.names.get(sql);
    if (known !== undefined) return this.format(known);
    const uses = (this.uses.get(sql) ?? 0) + 1;
    if (uses <= USES_UNTIL_NAMED || this.names.size >= NAMES_MAX) {
      if (this.uses.has(sql) || this.uses.size < SEEN_MAX) this.uses.set(sql, uses);
      return undefined;
    }
    this.uses.delete(sql);
    const number = this.names.size + 1;
    this.names.set(sql, number);
    return this.format(number);
  }

  /** After a migration a statement may have other columns than its connection remembers: everything is parsed anew. */
  forget(): void {
    this.generation += 1;
  }

  private format(number: number): string {
    return `g${this.generation}s${number}`;
  }
}
