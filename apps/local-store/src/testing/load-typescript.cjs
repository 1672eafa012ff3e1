/* eslint-disable @typescript-eslint/no-require-imports -- node's --require loads CommonJS and nothing else */
// Lets a child process of a test run main.ts as it stands, with the compiler options of the build.
const { readFileSync } = require('node:fs');
const { resolve } = require('node:path');
const { transformSync } = require('@swc/core');
const { swcOptions } = require(resolve(__dirname, '../../../../tools/swc-options.cjs'));

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { ...swcOptions, sourceMaps: 'inline', filename });
  module._compile(code, filename);
};
