import { Client } from 'pg';

const CHANNEL = 'run_accepted';
/** The server tells whoever listens once a transaction is committed, so nobody has to ask again and again and load it with that. */
const TRIGGER = `
  CREATE OR REPLACE FUNCTION public.tell_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_notify('${CHANNEL}', NEW.id::text); RETURN NEW; END $$;
  CREATE OR REPLACE TRIGGER tell_accepted AFTER INSERT ON dispatcher.run FOR EACH ROW EXECUTE FUNCTION public.tell_accepted();`;

/** Hears of each run in the moment in which its row is committed. */
export class Acceptances {
  private readonly waiting = new Map<string, () => void>();

  private constructor(private readonly client: Client) {}

  static async listen(adminUrl: string): Promise<Acceptances> {
    const client = new Client({ connectionString: adminUrl });
    await client.connect();
    const acceptances = new Acceptances(client);
    client.on('notification', ({ payload = '' }) => acceptances.heard(payload));
    client.on('error', () => undefined); // whoever waits runs out of time, and says so
    await client.query(TRIGGER);
    await client.query(`LISTEN ${CHANNEL}`);
    return acceptances;
  }

  /** To be asked for before the run is requested. */
  of(runId: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.waiting.delete(runId);
        reject(new Error(`run ${runId} was not accepted`));
      }, timeoutMs);
      this.waiting.set(runId, () => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private heard(runId: string): void {
    this.waiting.get(runId)?.();
    this.waiting.delete(runId);
  }
}
