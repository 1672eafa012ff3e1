#!/usr/bin/env node
// `npm run simulate`: placement policies on simulated days. Installs and builds what is missing first, as `npm start` does.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNode, root } from './prepare.mjs';

checkNode();
const prepare = "import(process.argv[1]).then((p) => { p.installPackages(); p.build({ web: false }); })";
const prepared = spawnSync(process.execPath, ['--eval', prepare, resolve(fileURLToPath(import.meta.url), '../prepare.mjs')], {
  cwd: root,
  stdio: ['ignore', 2, 2], // standard output is for results alone
});
if (prepared.status !== 0) process.exit(prepared.status ?? 1);
const main = join(root, 'dist/apps/dispatcher/src/main.simulate.js');
const result = spawnSync(process.execPath, ['--enable-source-maps', main, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(result.status ?? 1);
