import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const SECRET_BYTES = 32;

/** What is generated at the first start and kept: secrets, and the ports that the platform had, so that they stay the same. */
const stateSchema = z.object({
  secrets: z.record(z.string(), z.string()),
  ports: z.record(z.string(), z.number()),
  demo: z
    .object({
      apiKey: z.string(),
      workspaceId: z.string(),
      sample: z.object({ mapId: z.string(), viewerPath: z.string() }).nullable(),
    })
    .nullable(),
});
type State = z.infer<typeof stateSchema>;

/** `state.json` in the platform's folder, readable by its owner alone. */
export class StateFile {
  private readonly path: string;
  private state: State;

  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o755 }); // Postgres's own user has to pass through it
    this.path = join(folder, 'state.json');
    this.state = existsSync(this.path)
      ? stateSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')))
      : { secrets: {}, ports: {}, demo: null };
  }

  /** The secret of that name; made now if this is the first time that it is asked for. */
  secret(name: string, make: () => string = () => randomBytes(SECRET_BYTES).toString('base64url')): string {
    const known = this.state.secrets[name];
    if (known !== undefined) return known;
    const made = make();
    this.update({ ...this.state, secrets: { ...this.state.secrets, [name]: made } });
    return made;
  }

  port(name: string): number | undefined {
    return this.state.ports[name];
  }

  rememberPort(name: string, port: number): void {
    if (this.state.ports[name] !== port) this.update({ ...this.state, ports: { ...this.state.ports, [name]: port } });
  }

  get demo(): State['demo'] {
    return this.state.demo;
  }

  rememberDemo(demo: NonNullable<State['demo']>): void {
    this.update({ ...this.state, demo });
  }

  private update(state: State): void {
    this.state = state;
    const next = `${this.path}.new`;
    writeFileSync(next, JSON.stringify(state, null, 2), { mode: 0o600 });
    chmodSync(next, 0o600);
    renameSync(next, this.path);
  }
}
