import { Client } from 'pg';
import { until } from '@stead/testing/servers';

/** A change of state: `run:queued>dispatching`; `attempt:>reserved` is the first. */
export type Edge = `${'run' | 'attempt'}:${string}>${string}`;

const REACH_TIMEOUT_MS = 45_000;
/** Any number that nobody else locks; each gate takes the next. */
const KEY_FIRST = 7_001;

/**
 * Stops whoever is about to commit a certain change of a certain run: inside its transaction, where a process can be killed, or
 * where others have to wait for it.
 */
export class Gates {
  private key = KEY_FIRST;

  private constructor(private readonly admin: Client) {}

  static async build(adminUrl: string): Promise<Gates> {
    const admin = new Client({ connectionString: adminUrl });
    admin.on('error', () => undefined); // a house that is torn down takes its database along
    await admin.connect();
    await admin.query(TRIGGERS);
    return new Gates(admin);
  }

  /** Nothing passes it before it is opened. */
  async close(edge: Edge, runId: string): Promise<Gate> {
    const key = this.key;
    this.key += 1;
    await this.admin.query('SELECT pg_advisory_lock($1)', [key]);
    await this.admin.query('INSERT INTO public.gate (edge, run_id, key) VALUES ($1, $2, $3)', [edge, runId, key]);
    return {
      reached: () =>
        until(
          `somebody is at ${edge}`,
          async () => {
            const { rows } = await this.admin.query<{ name: string }>(
              `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
               WHERE l.locktype = 'advisory' AND l.objid = $1 AND NOT l.granted
                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
              [key],
            );
            return rows[0]?.name;
          },
          REACH_TIMEOUT_MS,
        ),
      open: async () => {
        await this.admin.query('DELETE FROM public.gate WHERE key = $1', [key]);
        await this.admin.query('SELECT pg_advisory_unlock($1)', [key]);
      },
    };
  }

  end(): Promise<void> {
    return this.admin.end();
  }
}

export interface Gate {
  /** Resolves, when somebody waits there, with the name under which it is connected. */
  reached(): Promise<string>;
  open(): Promise<void>;
}

const TRIGGERS = `
  CREATE TABLE public.gate (edge text NOT NULL, run_id uuid NOT NULL, key int NOT NULL);
  CREATE FUNCTION public.stop_at_gate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    here text := TG_TABLE_NAME || ':' || CASE WHEN TG_OP = 'UPDATE' THEN OLD.state ELSE '' END || '>' || NEW.state;
    closed int;
  BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN RETURN NEW; END IF;
    SELECT g.key INTO closed FROM public.gate g
      WHERE g.edge = here AND g.run_id = CASE WHEN TG_TABLE_NAME = 'run' THEN NEW.id ELSE (to_jsonb(NEW)->>'run_id')::uuid END;
    IF closed IS NOT NULL THEN PERFORM pg_advisory_xact_lock_shared(closed); END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER stop_at_gate BEFORE INSERT OR UPDATE ON dispatcher.run FOR EACH ROW EXECUTE FUNCTION public.stop_at_gate();
  CREATE TRIGGER stop_at_gate BEFORE INSERT OR UPDATE ON dispatcher.attempt FOR EACH ROW EXECUTE FUNCTION public.stop_at_gate();
`;
