const { moduleNameMapper, swcOptions } = require('./tools/swc-options.cjs');
const { paths, baseUrl, ...jsc } = swcOptions.jsc;

/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools'],
  testMatch: ['**/*.spec.ts', '**/*.e2e-spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testEnvironment: 'node',
  transform: {
    // Prisma's generated clients load their engine by import(), which jest's own modules cannot do.
    '/generated/.+\\.ts$': ['@swc/jest', { ...swcOptions, jsc, module: { type: 'commonjs' } }],
    '^.+\\.(ts|js|mjs)$': ['@swc/jest', { ...swcOptions, jsc }],
  },
  // ESM-only packages that are loaded with require on Node, and that jest has to compile.
  transformIgnorePatterns: ['/node_modules/(?!(@kubernetes/client-node|@prisma/schema-engine-wasm|jose|uuid|openid-client|oauth4webapi|jsonpath-plus|content-disposition)/)'],
  moduleNameMapper,
  setupFiles: ['reflect-metadata'],
  setupFilesAfterEnv: ['<rootDir>/tools/answers/listen.cjs'],
  globalSetup: '<rootDir>/libs/testing/servers/src/global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/servers/src/global-teardown.ts',
  testSequencer: '<rootDir>/tools/test-order.cjs',
  testTimeout: 60_000,
};
