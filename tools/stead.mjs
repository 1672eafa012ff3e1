#!/usr/bin/env node
// The `stead` command in a checkout: the compiled client, built first if it is not there yet.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, checkNode, installPackages, root } from './prepare.mjs';

const main = join(root, 'dist/apps/cli/src/main.js');
if (!existsSync(main)) {
  checkNode();
  installPackages();
  build({ web: false });
}
createRequire(import.meta.url)(main);
