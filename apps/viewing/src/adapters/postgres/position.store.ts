import type { Database } from '@stead/platform/postgres';
import { PositionStore, type Unplaced } from '../../application/ports';
import type { Position } from '../../domain/earth';

/** As the worker, which sees every workspace. */
export class PostgresPositionStore extends PositionStore {
  constructor(private readonly database: Database) {
    super();
  }

  unplaced(limit: number): Promise<Unplaced[]> {
    return this.database.query<Unplaced>(
      `SELECT id, bundle_prefix AS "bundlePrefix", manifest_sha256 AS "manifestSha256", position_tries AS tries
       FROM viewing.publication
       WHERE state = 'published' AND visibility = 'public' AND position_of IS DISTINCT FROM manifest_sha256
         AND position_due <= now()
       ORDER BY position_due LIMIT $1`,
      [limit],
    );
  }

  async place({ id, manifestSha256 }: Unplaced, position: Position | null): Promise<void> {
    await this.database.query(
      `UPDATE viewing.publication SET latitude = $3, longitude = $4, position_of = manifest_sha256
       WHERE id = $1::uuid AND manifest_sha256 = $2`,
      [id, manifestSha256, position?.latitude ?? null, position?.longitude ?? null],
    );
  }

  async tryAgain({ id, manifestSha256 }: Unplaced, inMs: number): Promise<void> {
    await this.database.query(
      `UPDATE viewing.publication SET position_due = now() + $3 * interval '1 millisecond', position_tries = position_tries + 1
       WHERE id = $1::uuid AND manifest_sha256 = $2`,
      [id, manifestSha256, inMs],
    );
  }
}
