// Lint: the compiler's blind spots, and the boundaries between projects (their tags stand in each project.json).
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const CONTEXTS = [
  ...['gateway', 'workspaces', 'space-maps', 'dispatcher', 'studio', 'viewing', 'notifications'],
  ...['pipeline', 'local-cluster', 'local-store', 'console', 'viewer', 'cli', 'e2e', 'migrate'],
];

const boundaries = {
  enforceBuildableLibDependency: false,
  allow: [],
  // The harness starts its databases with the very libs whose specs it serves.
  ignoredCircularDependencies: [
    ['platform-postgres', 'testing-servers'],
    ['platform-prisma', 'testing-servers'],
    ['platform-prisma', 'platform-postgres'],
  ],
  depConstraints: [
    // By kind: an app uses contracts, platform, ui, and testing from its specs; the platform knows only itself and contracts.
    { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:contracts', 'type:platform', 'type:testing', 'type:ui'] },
    { sourceTag: 'type:composition', onlyDependOnLibsWithTags: ['type:app', 'type:contracts', 'type:platform', 'type:testing', 'type:ui'] },
    { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform', 'type:contracts', 'type:testing'] },
    { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: ['type:contracts'] },
    { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:testing', 'type:platform', 'type:contracts'] },
    { sourceTag: 'type:ui', onlyDependOnLibsWithTags: ['type:ui', 'type:contracts'] },
    // By place: what runs in a browser never reaches what needs Node.
    { sourceTag: 'runtime:web', onlyDependOnLibsWithTags: ['runtime:web', 'runtime:any'] },
    // By context: a scope sees itself and what belongs to all.
    ...CONTEXTS.map((context) => ({ sourceTag: `scope:${context}`, onlyDependOnLibsWithTags: [`scope:${context}`, 'scope:any'] })),
  ],
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '**/generated/**', 'libs/web/api-client/src/openapi/**', '.stead/**', 'coverage/**', '.nx/**', 'samples/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { '@nx': nx },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': ['error', boundaries],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-empty-object-type': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-eval': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main and config files read the environment; take what you need in the constructor.' },
      ],
    },
  },
  {
    files: ['**/main*.ts', '**/config.ts', '**/*.spec.ts', '**/*.e2e-spec.ts', '**/testing/**', 'libs/testing/**', 'bench/**', 'tools/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  // The one project that composes the others.
  {
    files: ['apps/standalone/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': ['error', { ...boundaries, allow: ['@stead/apps/**'] }] },
  },
  { files: ['apps/cli/**', 'apps/standalone/**', 'bench/**', 'tools/**', 'apps/pipeline/**'], rules: { 'no-console': 'off' } },
  // Controllers are classes whose decorators read the types of their parameters at run time.
  { files: ['**/*.controller.ts', '**/*.processor.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  prettier,
);
