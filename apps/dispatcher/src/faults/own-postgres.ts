import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres, type EmbeddedServer } from '@stead/platform/embedded';
import { freshDatabase, until, type FreshDatabase } from '@stead/testing/servers';

/** A Postgres that nobody else uses, so that it can be killed. What it has acknowledged is on the disk. */
export class OwnPostgres {
  private static readonly living = new Set<OwnPostgres>();
  private folder = '';
  private server: EmbeddedServer | null = null;

  /** For whoever has to leave at once: such a server outlives its parent. */
  static killAll(): void {
    for (const { server } of OwnPostgres.living) if (server !== null && isAlive(server.pid)) process.kill(server.pid, 'SIGQUIT');
  }

  /** For `HouseOptions.database`. */
  readonly database = async (folder: string): Promise<FreshDatabase> => {
    this.folder = join(folder, 'postgres');
    chmodSync(folder, 0o755); // Postgres's own user has to pass through it
    mkdirSync(this.folder, { mode: 0o755 });
    this.server = await startEmbeddedPostgres({ folder: this.folder });
    OwnPostgres.living.add(this);
    const fresh = await freshDatabase({ contexts: ['dispatcher'], server: this.server.url });
    return {
      ...fresh,
      drop: async () => {
        await this.server?.stop();
        OwnPostgres.living.delete(this);
      },
    };
  };

  /** It dies with all that is under way, as in a failover, and after a while is there again at the same address. */
  async crash(downMs: number): Promise<void> {
    if (this.server === null) throw new Error('it has not been started');
    const { pid, port } = this.server;
    process.kill(pid, 'SIGQUIT');
    await until('the server is gone', () => !isAlive(pid));
    await this.server.stop();
    await pause(downMs);
    this.server = await startEmbeddedPostgres({ folder: this.folder, port });
    if (this.server.port !== port) throw new Error(`port ${port} was taken meanwhile`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
