#!/usr/bin/env node
// `npm run faults`: installs what is missing, builds, and runs the fault experiments at full scale. `-- --help` says more.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, checkNode, installPackages, installTools, root } from './prepare.mjs';

checkNode();
installPackages();
installTools();
build({ web: false });

const child = spawn(
  process.execPath,
  [
    '--enable-source-maps',
    '--disable-warning=ExperimentalWarning',
    join(root, 'dist/apps/dispatcher/src/faults/main.js'),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } },
);
// The child hears Ctrl-C itself, as it shares the terminal; a signal sent to this process alone is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
