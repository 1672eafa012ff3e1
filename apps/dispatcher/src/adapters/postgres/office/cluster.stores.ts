import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import {
  InventoryStore,
  RegistrationStore,
  SnapshotStore,
  WishStore,
  type Inventory,
  type LiveSnapshot,
  type Registration,
  type Wish,
} from '../../../application/office/ports';
import { assignments } from '../run.mapping';

const REGISTRATION = `name, kind, server, namespace, instance_id AS "instanceId", identities, price_per_gpu_hour AS "pricePerGpuHour",
  elastic_slots AS "elasticSlots", boot_seconds AS "bootSeconds", kubeconfig, revision, credentials`;
const NO_JSON: ReadonlySet<string> = new Set();

export class PostgresRegistrationStore extends RegistrationStore {
  async lock(tx: Tx): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('stead cluster registration', 0))`, []);
  }

  list(tx: Tx): Promise<Registration[]> {
    return tx.query<Registration>(`SELECT ${REGISTRATION} FROM dispatcher.cluster_registration ORDER BY kind DESC, name`, []);
  }

  find(tx: Tx, name: string): Promise<Registration | null> {
    return tx.maybeOne<Registration>(`SELECT ${REGISTRATION} FROM dispatcher.cluster_registration WHERE name = $1`, [name]);
  }

  async insert(tx: SqlExecutor, one: Registration, at: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.cluster_registration (name, kind, server, namespace, instance_id, identities, price_per_gpu_hour,
         elastic_slots, boot_seconds, kubeconfig, revision, credentials, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6::text[], $7, $8, $9, $10, $11, $12, $13, $13)`,
      [
        ...[one.name, one.kind, one.server, one.namespace, one.instanceId, one.identities, one.pricePerGpuHour, one.elasticSlots],
        ...[one.bootSeconds, one.kubeconfig, one.revision, one.credentials, at],
      ],
    );
  }

  async change(
    tx: SqlExecutor,
    { name, revision }: Pick<Registration, 'name' | 'revision'>,
    change: Partial<Omit<Registration, 'name' | 'kind' | 'revision'>>,
    at: Date,
  ): Promise<boolean> {
    const { sql, values } = assignments(change, NO_JSON, 4);
    const changed = await tx.execute(
      `UPDATE dispatcher.cluster_registration SET ${sql === '' ? '' : `${sql}, `}revision = revision + 1, updated_at = $3
       WHERE name = $1 AND revision = $2`,
      [name, revision, at, ...values],
    );
    return changed > 0;
  }

  async remove(tx: SqlExecutor, name: string): Promise<void> {
    await tx.execute(`DELETE FROM dispatcher.cluster_registration WHERE name = $1`, [name]);
  }
}

const WISH = `name, wish, reason, wished_by AS "wishedBy", wished_at AS "wishedAt"`;

export class PostgresWishStore extends WishStore {
  list(tx: Tx): Promise<Wish[]> {
    return tx.query<Wish>(`SELECT ${WISH} FROM dispatcher.cluster_wish`, []);
  }

  find(tx: Tx, name: string): Promise<Wish | null> {
    return tx.maybeOne<Wish>(`SELECT ${WISH} FROM dispatcher.cluster_wish WHERE name = $1`, [name]);
  }

  async set(tx: SqlExecutor, { name, wish, reason, wishedBy, wishedAt }: Wish): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.cluster_wish (name, wish, reason, wished_by, wished_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (name) DO UPDATE SET wish = excluded.wish, reason = excluded.reason, wished_by = excluded.wished_by,
         wished_at = excluded.wished_at`,
      [name, wish, reason, wishedBy, wishedAt],
    );
  }

  async remove(tx: SqlExecutor, name: string): Promise<void> {
    await tx.execute(`DELETE FROM dispatcher.cluster_wish WHERE name = $1`, [name]);
  }
}

export class PostgresInventoryStore extends InventoryStore {
  async save(tx: SqlExecutor, name: string, inventory: Inventory, at: Date): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.cluster_inventory (name, inventory, at) VALUES ($1, $2::jsonb, $3)
       ON CONFLICT (name) DO UPDATE SET inventory = excluded.inventory, at = excluded.at`,
      [name, JSON.stringify(inventory), at],
    );
  }

  async list(tx: Tx): Promise<Map<string, Inventory>> {
    const rows = await tx.query<{ name: string; inventory: Inventory }>(
      `SELECT name, inventory FROM dispatcher.cluster_inventory`,
      [],
    );
    return new Map(rows.map(({ name, inventory }) => [name, inventory]));
  }

  async keepOnly(tx: SqlExecutor, names: readonly string[]): Promise<void> {
    await tx.execute(`DELETE FROM dispatcher.cluster_inventory WHERE name <> ALL($1::text[])`, [names]);
    await tx.execute(`DELETE FROM dispatcher.cluster WHERE name <> ALL($1::text[])`, [names]);
  }
}

export class PostgresSnapshotStore extends SnapshotStore {
  async save(tx: SqlExecutor, { at, policy, snapshot }: LiveSnapshot): Promise<void> {
    await tx.execute(
      `INSERT INTO dispatcher.live_snapshot (one, at, policy, snapshot) VALUES (true, $1, $2::jsonb, $3::jsonb)
       ON CONFLICT (one) DO UPDATE SET at = excluded.at, policy = excluded.policy, snapshot = excluded.snapshot`,
      [at, JSON.stringify(policy), JSON.stringify(snapshot)],
    );
  }

  read(tx: Tx): Promise<LiveSnapshot | null> {
    return tx.maybeOne<LiveSnapshot>(`SELECT at, policy, snapshot FROM dispatcher.live_snapshot`, []);
  }
}
