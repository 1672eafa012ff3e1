#!/usr/bin/env node
// Compiles every TypeScript file that runs on Node into dist/, keeping the tree. Incremental: a file is compiled again
// only when its content, the compiler options or the compiler changed. Type checking is a separate step (`tsc`).
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const swc = require('@swc/core');
const { swcOptions } = require('./swc-options.cjs');

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const SOURCES = ['apps', 'libs', 'prisma', 'bench'];
const WEB = ['apps/viewer', 'apps/console', 'libs/web/viewer-core', 'libs/web/viewer-react', 'libs/web/ui'];
const COPIED = ['.json', '.sql', '.prisma', '.yaml', '.html', '.css', '.toml'];

// Where an import of a library leads is written into whoever imports it: with another set of libraries all are compiled again.
const libraries = readdirSync(join(root, 'libs'), { recursive: true })
  .filter((path) => /^[^/\\]+[/\\][^/\\]+[/\\]src[/\\]index\.ts$/.test(path))
  .sort();
const salt = JSON.stringify([swcOptions, libraries]) + swc.version;
const stampFile = join(dist, '.stamps.json');
const before = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
const after = {};
let compiled = 0;

function* walk(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    const rel = relative(root, path);
    if (entry.isDirectory()) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.') || WEB.includes(rel)) continue;
      yield* walk(path);
    } else yield path;
  }
}

const jobs = [];
for (const source of SOURCES) {
  const dir = join(root, source);
  if (!existsSync(dir)) continue;
  for (const path of walk(dir)) {
    const rel = relative(root, path);
    const isTs = rel.endsWith('.ts') && !rel.endsWith('.d.ts') && !/\.(it\.)?(e2e-)?spec\.ts$/.test(rel);
    const isData = COPIED.some((ending) => rel.endsWith(ending)) && statSync(path).size < 5_000_000;
    if (!isTs && !isData) continue;
    const content = readFileSync(path);
    const stamp = createHash('sha256').update(salt).update(content).digest('hex');
    after[rel] = stamp;
    const out = join(dist, isTs ? rel.replace(/\.ts$/, '.js') : rel);
    if (before[rel] === stamp && existsSync(out)) continue;
    mkdirSync(dirname(out), { recursive: true });
    if (isData) copyFileSync(path, out);
    else jobs.push({ path, out, rel });
  }
}
for (const rel of Object.keys(before)) {
  if (after[rel]) continue;
  rmSync(join(dist, rel.replace(/\.ts$/, '.js')), { force: true });
  rmSync(join(dist, rel.replace(/\.ts$/, '.js.map')), { force: true });
}

await Promise.all(
  jobs.map(async ({ path, out, rel }) => {
    const result = await swc.transformFile(path, { ...swcOptions, sourceFileName: path });
    writeFileSync(out, `${result.code}\n//# sourceMappingURL=${rel.split('/').at(-1).replace(/\.ts$/, '.js.map')}\n`);
    if (result.map) writeFileSync(out.replace(/\.js$/, '.js.map'), result.map);
    compiled += 1;
  }),
);
mkdirSync(dist, { recursive: true });
writeFileSync(stampFile, JSON.stringify(after));
if (process.argv.includes('--verbose')) console.log(`compiled ${compiled} of ${Object.keys(after).length} files`);
