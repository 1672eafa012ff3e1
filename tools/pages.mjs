#!/usr/bin/env node
// `npm run build:web`: installs what is missing and builds the pages (console, viewer) into dist/web/.
// `npm run bench:bundles -- [--json]`: does the same, and says what a first visit downloads.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkNode, installPackages, root } from './prepare.mjs';

const [what, ...args] = process.argv.slice(2);
const isJson = args.includes('--json');
if (isJson) console.log = console.error; // what it takes to get ready is no result
checkNode();
installPackages();
const built = spawnSync(process.execPath, [join(root, 'tools/build-web.mjs')], {
  cwd: root,
  stdio: ['ignore', isJson ? process.stderr : 'inherit', 'inherit'],
});
if (built.status !== 0) process.exit(built.status ?? 1);
if (what === 'measure') report();

/** A kilobyte is 1000 bytes, as networks count. */
function report() {
  const [console_, viewer] = [firstVisit('console'), firstVisit('viewer')];
  const figures = {
    consoleShellKbGz: console_.kb,
    viewerEntryKbGz: viewer.kb,
    ...{ consoleLazyKbGz: console_.lazyKb, viewerLazyKbGz: viewer.lazyKb },
    ...{ consoleFiles: console_.files, viewerFiles: viewer.files },
  };
  if (isJson) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${JSON.stringify(value)}`);
}

/** The page, and all that it names or imports before anybody does anything: what a browser has to load to show it. */
function firstVisit(page) {
  const folder = join(root, 'dist/web', page);
  const wanted = new Set(['index.html']);
  for (const name of wanted) for (const next of namedBy(folder, name)) wanted.add(next);
  const all = readdirSync(folder, { recursive: true }).map((name) => name.replaceAll('\\', '/'));
  const rest = all.filter((name) => /\.(js|css)$/.test(name) && !wanted.has(name));
  return { kb: gzippedKb(folder, [...wanted]), lazyKb: gzippedKb(folder, rest), files: [...wanted] };
}

function namedBy(folder, name) {
  const text = readFileSync(join(folder, name), 'utf8');
  const found = name.endsWith('.html')
    ? [...text.matchAll(/(?:src|href)="\/[a-z]+-assets\/([^"]+\.(?:js|css))"/g)].map((match) => match[1])
    : name.endsWith('.js')
      ? [...text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[^'"()]*?\sfrom\s*|[^'"()]*?from|)["'](\.[^"']+\.js)["']/g)].map((match) =>
          posix.join(dirname(name), match[1]),
        )
      : [];
  return found.filter((file) => existsSync(join(folder, file)));
}

function gzippedKb(folder, names) {
  const bytes = names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0);
  return Math.round(bytes / 100) / 10;
}
