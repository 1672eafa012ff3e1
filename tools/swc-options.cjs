// One SWC configuration for the build and for jest, so that tests run the code that ships.
const { resolve } = require('node:path');
const { compilerOptions } = require('../tsconfig.base.json');

const root = resolve(__dirname, '..');

/** @type {import('@swc/core').Options} */
module.exports.swcOptions = {
  swcrc: false,
  sourceMaps: true,
  module: { type: 'commonjs', ignoreDynamic: true },
  jsc: {
    target: 'es2022',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    baseUrl: root,
    paths: compilerOptions.paths,
  },
};

/** The same aliases for jest: `@stead/platform/ids` -> `libs/platform/ids/src/index.ts`. */
module.exports.moduleNameMapper = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([alias, [target]]) => [
    `^${alias.replace('*', '(.+)')}$`,
    `<rootDir>/${target.replace('./', '').replace('*', '$1')}`,
  ]),
);
