import { randomBytes } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { Client } from 'pg';
import { BOOTSTRAP_SQL } from './bootstrap';
import { ensureRoleNames } from './roles';

export interface ScriptError {
  message: string;
  /** Where in the file, when Postgres says so. */
  line: number | null;
}

export interface MigrationAdapter {
  factory: SqlMigrationAwareDriverAdapterFactory;
  /** What Postgres said about the script that failed; the engine passes on less. */
  readonly scriptError: ScriptError | null;
  /** The engine does not give its connections back when it is freed. */
  close(): Promise<void>;
}

/**
 * Prisma's adapter for pg with three things mended:
 * 1. a migration file goes to the server whole, in one implicit transaction (the stock adapter splits it at every semicolon:
 *    half of a failed file stays, and function bodies break);
 * 2. catalogue columns of the types "char" and name arrive at all (the stock adapter knows neither type);
 * 3. a shadow database is one of its own (the stock adapter connects to the main one when it was given an address, and drops
 *    the shadow while its own pool is still connected to it).
 */
export function migrationAdapter(url: string, schema: string): MigrationAdapter {
  const opened: Connected[] = [];
  let scriptError: ScriptError | null = null;
  const connect = async (database: string): Promise<Connected> => {
    const connection = mend(await stockAdapter(database, schema).connect(), (error) => (scriptError = error));
    opened.push(connection);
    return connection;
  };
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(url),
    connectToShadowDb: async () => {
      const shadow = await createShadow(url, schema);
      const connection = await connect(shadow.url);
      const dispose = connection.dispose.bind(connection);
      connection.dispose = async () => {
        await dispose();
        await shadow.drop();
      };
      return connection;
    },
  };
  return {
    factory,
    get scriptError() {
      return scriptError;
    },
    close: async () => void (await Promise.allSettled(opened.map((connection) => connection.dispose()))),
  };
}

type Connected = Awaited<ReturnType<PrismaPg['connect']>>;

function stockAdapter(url: string, schema: string): PrismaPg {
  const scoped = new URL(url);
  scoped.searchParams.set('options', `-c search_path=${schema}`);
  return new PrismaPg({ connectionString: scoped.toString(), max: 2, allowExitOnIdle: true, idleTimeoutMillis: 100 }, { schema });
}

/** An empty database with what a migration may take for granted: the helpers, the roles and its schema. */
export async function createShadow(url: string, schema: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `shadow_${schema.slice(0, 40)}_${randomBytes(6).toString('hex')}`;
  await once(url, async (admin) => {
    await ensureRoleNames(admin, schema);
    await admin.query(`CREATE DATABASE ${name}`);
  });
  const shadow = new URL(url);
  shadow.pathname = `/${name}`;
  await once(shadow.toString(), async (admin) => {
    await admin.query(BOOTSTRAP_SQL);
    await admin.query(`CREATE SCHEMA ${schema}`);
  });
  const drop = (): Promise<void> =>
    once(url, async (admin) => void (await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
  return { url: shadow.toString(), drop };
}

async function once(url: string, work: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

const OID_TEXT = 25;
const OID_CHAR = 18;
const OID_NAME = 19;

/** The members of the stock class that its types call private. */
interface Internals {
  client: { query(text: string): Promise<unknown> };
  performIO(query: unknown): Promise<{ fields: { dataTypeID: number }[]; rows: unknown[][] }>;
  /** Says it in the engine's words, and throws. */
  onError(error: unknown): never;
}

function mend(connection: Connected, onScriptError: (error: ScriptError) => void): Connected {
  const internals = connection as unknown as Internals;
  connection.executeScript = async (script) => {
    try {
      await internals.client.query(script);
    } catch (error) {
      onScriptError(describe(script, error));
      internals.onError(error);
    }
  };
  const performIO = internals.performIO.bind(connection);
  const queryRaw = connection.queryRaw.bind(connection);
  /** Which columns of a result are of the type "char": the engine wants to be told, the stock class only knows text. */
  const chars = new WeakMap<object, number[]>();
  internals.performIO = async (query) => {
    const result = await performIO(query);
    chars.set(
      result.rows,
      result.fields.flatMap((field, i) => (field.dataTypeID === OID_CHAR ? [i] : [])),
    );
    for (const field of result.fields) {
      if (field.dataTypeID === OID_CHAR || field.dataTypeID === OID_NAME) field.dataTypeID = OID_TEXT;
    }
    return result;
  };
  connection.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const i of chars.get(result.rows) ?? []) result.columnTypes[i] = ColumnTypeEnum.Character;
    return result;
  };
  return connection;
}

function describe(script: string, error: unknown): ScriptError {
  if (typeof error !== 'object' || error === null || !('message' in error)) return { message: String(error), line: null };
  const position = 'position' in error ? Number(error.position) : NaN;
  const line = Number.isNaN(position) ? null : script.slice(0, position).split('\n').length;
  return { message: String(error.message), line };
}
