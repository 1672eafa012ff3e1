#!/usr/bin/env node
// Builds the pages (console, viewer) into dist/web/, each only when one of its files has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PAGES = { console: ['apps/console', 'libs/web', 'libs/contracts'], viewer: ['apps/viewer', 'libs/web', 'libs/contracts'] };

function* files(dir) {
  if (!existsSync(dir)) return;
  for (const entry of readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

for (const [page, sources] of Object.entries(PAGES)) {
  if (!existsSync(join(root, 'apps', page, 'index.html'))) continue;
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  for (const source of sources)
    for (const path of files(join(root, source))) hash.update(relative(root, path)).update(readFileSync(path));
  const stamp = hash.digest('hex');
  const stampFile = join(root, 'dist', 'web', `.${page}.stamp`);
  if (
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp &&
    existsSync(join(root, 'dist/web', page, 'index.html'))
  )
    continue;
  await build({ root: join(root, 'apps', page), logLevel: 'warn' });
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}
