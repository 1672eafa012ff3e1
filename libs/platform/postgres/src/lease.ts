import type { Database } from './database';
import type { Tx } from './transaction';

export interface Lease {
  /** Grows by one with every new holder, and is never used twice: a write that carries an old one is refused. */
  fence: number;
}

/** The writer's lease has passed to another holder while it was working; its transaction must not commit. */
export class LeaseLost extends Error {
  constructor(
    readonly lease: string,
    readonly fence: number,
  ) {
    super(`the lease ${lease} is no longer held with fence ${fence}`);
    this.name = 'LeaseLost';
  }
}

/**
 * Takes the lease when nobody holds it. Time is the server's alone, so the clocks of the holders do not matter. A holder that
 * asks again gets null as well: what it has to do is renew.
 */
export async function tryAcquire(database: Database, name: string, holder: string, ttlMs: number): Promise<Lease | null> {
  const [row] = await database.query<{ fence: string }>(
    `INSERT INTO platform.lease AS l (name, holder, fence, expires_at)
     VALUES ($1, $2, 1, now() + $3 * interval '1 millisecond')
     ON CONFLICT (name) DO UPDATE
       SET holder = excluded.holder, fence = l.fence + 1, expires_at = excluded.expires_at
       WHERE l.expires_at <= now()
     RETURNING fence`,
    [name, holder, ttlMs],
  );
  return row === undefined ? null : { fence: Number(row.fence) };
}

/** False when the lease has run out, even if nobody has taken it yet: the holder has stopped believing in it by then. */
export async function renew(database: Database, name: string, holder: string, fence: number, ttlMs: number): Promise<boolean> {
  const rows = await database.query(
    `UPDATE platform.lease SET expires_at = now() + $4 * interval '1 millisecond'
     WHERE name = $1 AND holder = $2 AND fence = $3 AND expires_at > now() RETURNING 1`,
    [name, holder, fence, ttlMs],
  );
  return rows.length === 1;
}

/** Lets the next holder in at once. The row stays, because the fence has to go on from its number. */
export async function release(database: Database, name: string, holder: string, fence: number): Promise<void> {
  await database.query(
    `UPDATE platform.lease SET expires_at = now() WHERE name = $1 AND holder = $2 AND fence = $3 AND expires_at > now()`,
    [name, holder, fence],
  );
}

/**
 * Call it inside the transaction that writes. The shared lock on the row makes a takeover wait until the transaction has
 * ended, so "checked, then taken over, then committed" cannot happen. Keep such transactions much shorter than the lease:
 * its renewal waits for them too.
 */
export async function assertFence(tx: Tx, name: string, fence: number): Promise<void> {
  const row = await tx.maybeOne(`SELECT 1 FROM platform.lease WHERE name = $1 AND fence = $2 FOR SHARE`, [name, fence]);
  if (row === null) throw new LeaseLost(name, fence);
}
