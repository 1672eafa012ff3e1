import { Client } from 'pg';
import { until } from '@stead/testing/servers';

/** Held by the test while somebody is to stop just before the commit of one change of state. */
const GATE = 7_001;

/** Stops whoever brings a row of the dispatcher to an armed state, inside the transaction: there it can be killed. */
export class CommitGate {
  private constructor(private readonly admin: Client) {}

  static async open(adminUrl: string, tables: readonly string[]): Promise<CommitGate> {
    const admin = new Client({ connectionString: adminUrl });
    await admin.connect();
    await admin.query(`
      CREATE TABLE public.armed (what text PRIMARY KEY);
      GRANT SELECT ON public.armed TO PUBLIC;
      CREATE FUNCTION public.stop_at() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        row jsonb := to_jsonb(NEW);
        edge text := TG_TABLE_NAME || coalesce(':' || (row->>'what'), '') || ':' || coalesce(row->>'state',
          CASE WHEN row->>'etag' IS NULL THEN 'begun' ELSE 'there' END);
      BEGIN
        IF EXISTS (SELECT 1 FROM public.armed WHERE what = edge) THEN
          PERFORM pg_advisory_xact_lock_shared(${GATE});
        END IF;
        RETURN NEW;
      END $$;
    `);
    for (const table of tables) {
      await admin.query(
        `CREATE TRIGGER stop_at BEFORE INSERT OR UPDATE ON dispatcher.${table} FOR EACH ROW EXECUTE FUNCTION public.stop_at()`,
      );
    }
    return new CommitGate(admin);
  }

  /** `run:<state>`, `attempt:<state>`, `replication:<what>:<state>`, `replica:begun` and `replica:there`. */
  async arm(edge: string): Promise<void> {
    await this.admin.query('SELECT pg_advisory_lock($1)', [GATE]);
    await this.admin.query('INSERT INTO public.armed VALUES ($1)', [edge]);
  }

  async untilReached(): Promise<void> {
    await until('somebody waits at the gate', async () => {
      const { rowCount } = await this.admin.query(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        [GATE],
      );
      return (rowCount ?? 0) > 0;
    });
  }

  async disarm(): Promise<void> {
    await this.admin.query('DELETE FROM public.armed');
    await this.admin.query('SELECT pg_advisory_unlock($1)', [GATE]);
  }

  async close(): Promise<void> {
    await this.admin.end();
  }
}
