// The layers inside an app (adapters -> application -> domain) and the places where frameworks may be imported.
const FRAMEWORKS = '(^|node_modules/)(@nestjs/|@prisma/|prisma/|bullmq|ioredis|pg/|pg$|@aws-sdk/|@kubernetes/|@?fastify|undici|passport)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no order in which it can be read or started.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'apps-do-not-import-apps',
      comment: 'They talk over queues and HTTP. Only standalone composes them.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain imports contracts, the platform libs without I/O, and the language.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/domain/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^apps/[^/]+/src/(application|adapters|testing|simulation|faults|conformance)/' },
    },
    {
      name: 'application-knows-no-adapter',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/application/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^apps/[^/]+/src/adapters/' },
    },
    {
      name: 'frameworks-stay-at-the-rim',
      comment: 'Domain and application code carries no framework.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/(domain|application)/', pathNot: '\\.spec\\.ts$' },
      to: { path: FRAMEWORKS },
    },
    {
      name: 'contracts-are-pure',
      severity: 'error',
      from: { path: '^libs/contracts/' },
      to: { path: [FRAMEWORKS, '^libs/platform/', '^apps/'] },
    },
    {
      name: 'platform-knows-no-app',
      severity: 'error',
      from: { path: '^libs/platform/' },
      to: { path: '^apps/' },
    },
    { name: 'resolvable', severity: 'error', from: { pathNot: 'generated/' }, to: { couldNotResolve: true, pathNot: '^@stead/prisma/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', 'generated/', '/examples/', '\\.d\\.ts$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
