#!/usr/bin/env node
// `npm run build:sdk`: the client of the API as a package, ready to be published or to be tried where it lies: dist/sdk/ has it in
// node_modules/, and its examples beside that.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkNode, installPackages, root } from './prepare.mjs';

checkNode();
installPackages();
const { version, license, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const source = join(root, 'libs/web/api-client');
const folder = join(root, 'dist/sdk');
const target = join(folder, 'node_modules/@stead/api-client');

rmSync(folder, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const staged = join(folder, 'src');
cpSync(join(source, 'src'), staged, { recursive: true });
writeFileSync(join(staged, 'package.json'), '{"type":"module"}');
for (const name of ['api.ts', 'client.ts', 'fetching.ts', 'index.ts', 'problems.ts']) withEndings(join(staged, name));
// Modules that Node and browsers load as they are, with the types beside them.
const compilerOptions = {
  ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], types: [] },
  ...{ strict: true, declaration: true, skipLibCheck: true, rootDir: staged, outDir: target },
};
writeFileSync(join(staged, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['index.ts'] }));
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', staged], { stdio: 'inherit' });
rmSync(staged, { recursive: true });
const about = {
  name: '@stead/api-client',
  ...{ version, license, type: 'module', description: 'The API of Stead, typed' },
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
  engines: { node: '>=20.19' },
  dependencies: { 'openapi-fetch': dependencies['openapi-fetch'] },
};
writeFileSync(join(target, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
cpSync(join(source, 'README.md'), join(target, 'README.md'));
cpSync(join(source, 'examples'), join(folder, 'examples'), { recursive: true });
console.log(`${about.name} ${version}: ${target}`);

/** Relative imports with their ending, as modules have to name them. */
function withEndings(path) {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replaceAll(/from '(\.[^']+)'/g, "from '$1.js'"));
}
