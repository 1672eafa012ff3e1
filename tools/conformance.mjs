#!/usr/bin/env node
// `npm run conformance -- --kubeconfig FILE`: installs what is missing, builds, and tries on a cluster what the dispatcher
// expects of Kubernetes and Argo Workflows. What follows `--` goes to apps/dispatcher/src/conformance/command.ts.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, checkNode, installPackages, root } from './prepare.mjs';

checkNode();
installPackages();
build({ web: false });

const child = spawn(
  process.execPath,
  [
    '--enable-source-maps',
    '--disable-warning=ExperimentalWarning',
    join(root, 'dist/apps/dispatcher/src/main.conformance.js'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
// The child hears Ctrl-C itself, as it shares the terminal; it removes what it has made before it ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
