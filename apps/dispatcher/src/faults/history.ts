import type { AttemptState, RunState } from '@stead/contracts/dispatcher';
import { Pool } from 'pg';

/** One change of state, as Postgres saw it commit. `by`: the name under which its writer was connected. */
export type Change = { seq: number; atMs: number; runId: string; cluster: string | null; by: string } & (
  | { entity: 'run'; id: string; epoch: number; from: RunState | null; to: RunState }
  | { entity: 'attempt'; id: string; epoch: number; from: AttemptState | null; to: AttemptState }
);
/** A cluster's health as it was written down. */
export interface HealthChange {
  atMs: number;
  cluster: string;
  from: string | null;
  to: string;
}

/**
 * Writes down every change of state in a database of an experiment, whoever makes it: what the dispatcher says of itself is what
 * is being examined. Rows are written in the transaction of the change, so that a change that was undone leaves none.
 */
export class History {
  private constructor(private readonly admin: Pool) {}

  static async keep(adminUrl: string): Promise<History> {
    const admin = new Pool({ connectionString: adminUrl, max: 2 });
    admin.on('error', () => undefined); // experiments restart the server
    await admin.query(TRIGGERS);
    return new History(admin);
  }

  async changes(): Promise<Change[]> {
    const { rows } = await this.admin.query<Change & { seq: string }>(
      `SELECT seq, extract(epoch FROM at)::float8 * 1000 AS "atMs", entity, id, run_id AS "runId", epoch, cluster, writer AS "by",
         old_state AS "from", new_state AS "to" FROM public.history ORDER BY seq`,
    );
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
  }

  async healthChanges(): Promise<HealthChange[]> {
    const { rows } = await this.admin.query<HealthChange>(
      `SELECT extract(epoch FROM at)::float8 * 1000 AS "atMs", cluster, old_health AS "from", new_health AS "to"
       FROM public.health_history ORDER BY seq`,
    );
    return rows;
  }

  /** The server's clock. Everything here runs on one machine, and still: times are compared with times of the same clock. */
  async nowMs(): Promise<number> {
    const { rows } = await this.admin.query<{ ms: number }>('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms');
    return rows[0]?.ms ?? NaN;
  }

  async query<T extends object>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return (await this.admin.query<T>(sql, [...params])).rows;
  }

  async close(): Promise<void> {
    await this.admin.end();
  }
}

const TRIGGERS = `
  CREATE TABLE public.history (
    seq bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), entity text NOT NULL, id uuid NOT NULL,
    run_id uuid NOT NULL, epoch int NOT NULL, cluster text, old_state text, new_state text NOT NULL,
    writer text NOT NULL DEFAULT current_setting('application_name'));
  CREATE TABLE public.health_history (
    seq bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), cluster text NOT NULL, old_health text,
    new_health text NOT NULL);
  CREATE FUNCTION public.keep_run() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO public.history (entity, id, run_id, epoch, cluster, new_state) VALUES ('run', NEW.id, NEW.id, NEW.epoch, NEW.cluster, NEW.state);
    ELSIF NEW.state <> OLD.state THEN
      INSERT INTO public.history (entity, id, run_id, epoch, cluster, old_state, new_state)
      VALUES ('run', NEW.id, NEW.id, NEW.epoch, NEW.cluster, OLD.state, NEW.state);
    END IF;
    RETURN NULL;
  END $$;
  CREATE FUNCTION public.keep_attempt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO public.history (entity, id, run_id, epoch, cluster, new_state)
      VALUES ('attempt', NEW.id, NEW.run_id, NEW.epoch, NEW.cluster, NEW.state);
    ELSIF NEW.state <> OLD.state THEN
      INSERT INTO public.history (entity, id, run_id, epoch, cluster, old_state, new_state)
      VALUES ('attempt', NEW.id, NEW.run_id, NEW.epoch, NEW.cluster, OLD.state, NEW.state);
    END IF;
    RETURN NULL;
  END $$;
  CREATE FUNCTION public.keep_health() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      INSERT INTO public.health_history (cluster, new_health) VALUES (NEW.name, NEW.health);
    ELSIF NEW.health <> OLD.health THEN
      INSERT INTO public.health_history (cluster, old_health, new_health) VALUES (NEW.name, OLD.health, NEW.health);
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER keep_run AFTER INSERT OR UPDATE OF state ON dispatcher.run FOR EACH ROW EXECUTE FUNCTION public.keep_run();
  CREATE TRIGGER keep_attempt AFTER INSERT OR UPDATE OF state ON dispatcher.attempt FOR EACH ROW EXECUTE FUNCTION public.keep_attempt();
  CREATE TRIGGER keep_health AFTER INSERT OR UPDATE OF health ON dispatcher.cluster FOR EACH ROW EXECUTE FUNCTION public.keep_health();
`;
