#!/usr/bin/env node
// Prisma without its native engine, which would have to be downloaded:
//   generate                  every prisma/<context>/schema.prisma to prisma/<context>/generated; free when nothing changed
//   diff <context> <name>     writes the next migration: from the migrations there are to schema.prisma
//   check [context …]         fails when schema.prisma and the migrations have come apart
// diff and check apply the migrations to a shadow database on TEST_DATABASE_URL, or on an embedded Postgres of their own.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const cli = require.resolve('prisma/build/index.js');
const USAGE = 'usage: node tools/prisma.mjs generate | diff <context> <name> | check [context …]';

const [command, ...args] = process.argv.slice(2);
const commands = { generate, diff, check };
if (!Object.hasOwn(commands, command ?? '')) fail(USAGE);
await commands[command](...args);

/** Folders in prisma/ that hold a schema; the context's Postgres schema is the folder's name with underscores. */
function contexts(parent = join(root, 'prisma')) {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(parent, entry.name, 'schema.prisma')))
    .map(({ name }) => ({ name: name.replaceAll('-', '_'), folder: join(parent, name) }));
}

async function generate(parent) {
  const { version } = require('prisma/package.json');
  const stale = contexts(parent === undefined ? undefined : resolve(parent))
    .map(({ name, folder }) => {
      const stamp = createHash('sha256')
        .update(version)
        .update(readFileSync(join(folder, 'schema.prisma')))
        .digest('hex');
      return { name, folder, stamp, stampFile: join(folder, 'generated', '.stamp') };
    })
    .filter(({ stamp, stampFile }) => !existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp);
  const results = await Promise.all(stale.map(({ folder }) => runCli(folder)));
  const failed = results.filter(({ code }) => code !== 0);
  if (failed.length > 0) fail(failed.map(({ output }) => output).join('\n'));
  for (const { stamp, stampFile } of stale) writeFileSync(stampFile, stamp);
  if (stale.length > 0) console.log(`generated Prisma clients: ${stale.map(({ name }) => name).join(', ')}`);
}

function runCli(folder) {
  // Every command first looks for the schema engine, and fetches it when there is none; generating never runs it.
  const engine = join(root, 'tools', 'no-schema-engine.sh');
  chmodSync(engine, 0o755);
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: engine,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
    NO_COLOR: '1',
  };
  const child = spawn(process.execPath, [cli, 'generate', '--schema', join(folder, 'schema.prisma')], { cwd: root, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return new Promise((done) => {
    child.on('error', (error) => done({ code: 1, output: String(error) }));
    child.on('close', (code) => done({ code, output: `${folder}:\n${output}` }));
  });
}

async function diff(wanted, title) {
  if (wanted === undefined || !/^[a-z][a-z0-9_-]*$/.test(title ?? ''))
    fail(`${USAGE}\nA name has lower-case letters, digits, _ and -.`);
  const context = find(wanted);
  const sql = await withServer((server, lib) => lib.nextMigration(server, context));
  if (sql === '') {
    console.log(`${context.name}: schema.prisma and the migrations agree; nothing to write`);
    return;
  }
  const migrations = join(context.folder, 'migrations');
  mkdirSync(migrations, { recursive: true });
  const known = readdirSync(migrations, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const number = 1 + Math.max(0, ...known.map(({ name }) => Number.parseInt(name, 10) || 0));
  const folder = join(migrations, `${String(number).padStart(4, '0')}_${title}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'migration.sql'), `${[sql, ...calls(sql, context.name, known.length === 0)].join('\n\n')}\n`);
  console.log(`wrote ${join(folder, 'migration.sql')}; read it before you commit it`);
}

/** What no Prisma schema can say: the new tables' row-level security, and with the first migration the messaging tables. */
function calls(sql, context, first) {
  const tables = [...sql.matchAll(/CREATE TABLE "(?:[^"]+"\.")?([^"]+)" \(([\s\S]*?)\n\);/g)];
  const tenants = tables.filter(([, , columns]) => /"workspace_id"/.test(columns)).map(([, table]) => table);
  return [
    ...tenants.map((table) => `CALL platform.protect_tenant_table('${context}.${table}', '${context}');`),
    ...(first ? [`CALL platform.install_messaging('${context}');`] : []),
  ];
}

async function check(...wanted) {
  const chosen = wanted.length === 0 ? contexts() : wanted.map(find);
  const drifted = await withServer(async (server, lib) => {
    const found = [];
    for (const context of chosen) {
      const sql = await lib.nextMigration(server, context);
      const wrong = unconventional(context);
      console.log(`${sql === '' && wrong.length === 0 ? 'ok   ' : 'WRONG'} ${context.name}`);
      if (wrong.length > 0) found.push(`${context.folder}/schema.prisma needs ${wrong.join(', ')}`);
      if (sql !== '') found.push(`${context.name}: the migrations do not make what schema.prisma says. Missing:\n${sql}`);
    }
    return found;
  });
  if (drifted.length > 0) fail(`${drifted.join('\n\n')}\n\nWrite a migration with: node tools/prisma.mjs diff <context> <name>`);
}

/** Without these lines the client does not load where ours do; prisma/README.md says why. */
function unconventional({ name, folder }) {
  const schema = readFileSync(join(folder, 'schema.prisma'), 'utf8').replaceAll(/ +/g, ' ');
  const lines = ['moduleFormat = "cjs"', 'importFileExtension = ""', 'output = "./generated"', `schemas = ["${name}"]`];
  return lines.filter((line) => !schema.includes(line));
}

function find(wanted) {
  const known = contexts();
  const context = known.find(({ name }) => name === wanted.replaceAll('-', '_'));
  return context ?? fail(`no context ${wanted}; there are ${known.map(({ name }) => name).join(', ')}`);
}

async function withServer(work) {
  const built = spawnSync(process.execPath, [join(root, 'tools', 'build.mjs')], { stdio: 'inherit' });
  if (built.status !== 0) process.exit(built.status ?? 1);
  const lib = require(join(root, 'dist/libs/platform/prisma/src/index.js'));
  if (process.env.TEST_DATABASE_URL) return work(process.env.TEST_DATABASE_URL, lib);
  const { startEmbeddedPostgres } = require(join(root, 'dist/libs/platform/embedded/src/index.js'));
  const folder = mkdtempSync(join(tmpdir(), 'stead-prisma-'));
  chmodSync(folder, 0o755); // Postgres's own user has to pass through it
  const server = await startEmbeddedPostgres({ folder, durable: false });
  try {
    return await work(server.url, lib);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
