import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');

/** Every code that a `defineErrors` call in the sources makes. */
function codesInSources(): string[] {
  const files = execFileSync('git', ['ls-files', 'apps/*/src/**/*errors.ts', 'libs/platform/errors/src/platform-errors.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return files
    .split('\n')
    .filter(Boolean)
    .flatMap((file) => {
      const source = readFileSync(join(ROOT, file), 'utf8');
      return [...source.matchAll(/defineErrors\('([a-z-]+)', \{([\s\S]*?)\n\}\)/g)].flatMap(([, context, body]) =>
        [...(body ?? '').matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map(([, name]) => `${context}/${name}`),
      );
    });
}

describe('docs/errors.md', () => {
  const documented = [...readFileSync(join(ROOT, 'docs/errors.md'), 'utf8').matchAll(/^\| `([a-z-]+\/[a-z-]+)` \|/gm)].map(
    ([, code]) => code,
  );

  it('lists every code that the services can answer with, and no other', () => {
    expect([...documented].sort()).toEqual([...codesInSources()].sort());
  });
});
