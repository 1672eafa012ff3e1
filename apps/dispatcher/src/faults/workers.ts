import { SCHEDULER_LEASE } from '../adapters/postgres/unit-of-work';
import type { Program } from '../testing/program';
import type { FaultHouse } from './fault-house';

/** Several workers of one dispatcher. Each is known to Postgres by a name of its own, so that it can be told who does what. */
export class Workers {
  private readonly known = new Map<string, Program>();
  private ordinal = 0;

  constructor(private readonly house: FaultHouse) {}

  async start(): Promise<string> {
    this.ordinal += 1;
    const name = `worker-${this.ordinal}`;
    const url = new URL(this.house.house.env['WORKER_DATABASE_URL'] ?? '');
    url.searchParams.set('application_name', name);
    this.known.set(name, await this.house.house.startWorker({ WORKER_DATABASE_URL: url.toString() }));
    return name;
  }

  get(name: string): Program {
    const worker = this.known.get(name);
    if (worker === undefined) throw new Error(`no worker ${name}: ${[...this.known.keys()].join(', ')}`);
    return worker;
  }

  async stop(name: string): Promise<void> {
    const worker = this.get(name);
    this.known.delete(name);
    await worker.stop();
  }

  async kill(name: string): Promise<void> {
    const worker = this.get(name);
    this.known.delete(name);
    await worker.kill();
  }

  /** Whoever has the lease; undefined between two leaders. */
  async leader(): Promise<string | undefined> {
    const [lease] = await this.house.history.query<{ holder: string }>(
      `SELECT holder FROM platform.lease WHERE name = $1 AND expires_at > now()`,
      [SCHEDULER_LEASE],
    );
    return [...this.known].find(([, { pid }]) => lease?.holder.includes(`-${pid}-`))?.[0];
  }
}
