#!/usr/bin/env node
// `npm run bench:dispatch`: installs what is missing, builds, and runs `bench/<name>.ts`. With --json nothing else is printed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, checkNode, installPackages, installTools, root } from './prepare.mjs';

const [name = '', ...args] = process.argv.slice(2);
if (args.includes('--json')) console.log = console.error; // what it takes to get ready is no result
checkNode();
installPackages();
installTools();
build({ web: ['lists', 'pages'].includes(name) }); // those that look at pages

const result = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--disable-warning=ExperimentalWarning', join(root, `dist/bench/${name}.js`), ...args],
  { cwd: root, stdio: 'inherit', env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } },
);
process.exit(result.status ?? 1);
