import { readFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/** The part of Prisma's schema engine that we call. */
export interface SchemaEngine {
  applyMigrations(input: unknown): Promise<{ appliedMigrationNames: string[] }>;
  diff(input: unknown): Promise<{ exitCode: number; stdout: string | null }>;
  free(): void;
}

/** The part of WebAssembly that is used here; Node has it, its type declarations leave it to the browser's. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, unknown>) => { exports: Record<string, unknown> };
};

interface EngineBindings {
  __wbg_set_wasm(exports: Record<string, unknown>): void;
  SchemaEngine: { new: (options: unknown, log: (line: string) => void, adapter: object) => Promise<SchemaEngine> };
}

let bindings: EngineBindings | null = null;

/** The engine's last words before it traps, which ends the process: the trap itself says nothing. */
const panics = { set_message: (message: string): void => void process.stderr.write(`schema engine: ${message}\n`) };
Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: panics });

/**
 * Prisma's own engine as WebAssembly: the native one would have to be downloaded. It writes the same `_prisma_migrations`
 * table, so Prisma's command line can take over a database that was migrated here.
 */
export async function openEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
  datamodels: [string, string][],
): Promise<SchemaEngine> {
  bindings ??= load();
  const options = { datamodels };
  return bindings.SchemaEngine.new(options, () => undefined, bindMigrationAwareSqlAdapterFactory(factory));
}

function load(): EngineBindings {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded on first use only: it costs a warm start 100 ms
  const glue = require('@prisma/schema-engine-wasm/schema_engine_bg') as EngineBindings;
  const folder = dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const module = new WebAssembly.Module(readFileSync(join(folder, 'schema_engine_bg.wasm')));
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': importsOf(glue) });
  glue.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start === 'function') start();
  return glue;
}

/** The glue's functions, but for its timers: the engine's lock time-out would keep the process alive for ten seconds after its work. */
function importsOf(glue: object): Record<string, unknown> {
  const entries = Object.entries(glue) as [string, (...args: unknown[]) => unknown][];
  return Object.fromEntries(
    entries.map(([name, call]) => [
      name,
      name.startsWith('__wbg_setTimeout')
        ? (...args: unknown[]) => {
            const timer = call(...args);
            if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
              timer.unref();
            return timer;
          }
        : call,
    ]),
  );
}
