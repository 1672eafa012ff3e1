import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name);
const run = (command: string, args: string[]): { status: number | null; text: string } => {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: '0' },
  });
  return { status: result.status, text: result.stdout + result.stderr };
};

/** Writes a file that breaks a rule, looks what a checker says of it, and takes it away again. */
function planted<T>(path: string, source: string, look: () => T): T {
  const file = join(ROOT, path);
  mkdirSync(resolve(file, '..'), { recursive: true });
  writeFileSync(file, source);
  try {
    return look();
  } finally {
    rmSync(file);
  }
}

describe('boundaries that the build checks', () => {
  beforeAll(() => {
    // The rule is skipped without a project graph; this makes one, as `npm test` does.
    expect(run(bin('nx'), ['show', 'projects']).status).toBe(0);
  });

  it.each([
    [
      'an app that uses another app',
      'apps/gateway/src/domain/planted-violation.ts',
      `export { spaceMapsService } from '../../../space-maps/src/service';\n`,
    ],
    [
      'a platform lib that uses an app',
      'libs/platform/ids/src/planted-violation.ts',
      `export { ownerOf } from '../../../../apps/gateway/src/domain/routes';\n`,
    ],
    [
      'a contract that uses the platform',
      'libs/contracts/studio/src/planted-violation.ts',
      `export { newId } from '@stead/platform/ids';\n`,
    ],
    [
      'a page that uses what needs Node',
      'apps/console/src/planted-violation.ts',
      `export { newId } from '@stead/platform/ids';\n`,
    ],
  ])('lint refuses %s', (_case, path, source) => {
    const { status, text } = planted(path, source, () => run(bin('eslint'), [path]));
    expect(text).toContain('@nx/enforce-module-boundaries');
    expect(status).not.toBe(0);
  });

  it.each([
    [
      'apps-do-not-import-apps',
      'apps/gateway/src/domain/planted-violation.ts',
      `export { spaceMapsService } from '../../../space-maps/src/service';\n`,
    ],
    [
      'domain-is-pure',
      'apps/gateway/src/domain/planted-violation.ts',
      `export { Authenticator } from '../application/authenticator';\n`,
    ],
    [
      'application-knows-no-adapter',
      'apps/gateway/src/application/planted-violation.ts',
      `export { Proxy } from '../adapters/http/proxy';\n`,
    ],
    [
      'frameworks-stay-at-the-rim',
      'apps/gateway/src/application/planted-violation.ts',
      `export { Injectable } from '@nestjs/common';\n`,
    ],
    ['contracts-are-pure', 'libs/contracts/studio/src/planted-violation.ts', `export { newId } from '@stead/platform/ids';\n`],
    [
      'platform-knows-no-app',
      'libs/platform/ids/src/planted-violation.ts',
      `export { ownerOf } from '../../../../apps/gateway/src/domain/routes';\n`,
    ],
    [
      'no-cycles',
      'libs/platform/ids/src/planted-violation.ts',
      `import { planted } from './planted-violation';\nexport const again = planted;\nexport { again as planted };\n`,
    ],
  ])('dependency-cruiser refuses %s', (rule, path, source) => {
    const folder = path.split('/').slice(0, 3).join('/');
    const { status, text } = planted(path, source, () =>
      run(bin('depcruise'), [folder, '--config', '.dependency-cruiser.cjs', '--output-type', 'err']),
    );
    expect(text).toContain(rule);
    expect(status).not.toBe(0);
  });

  it.each([
    ['the environment outside main and config', `export const home = process.env['HOME'];\n`, 'no-restricted-properties'],
    ['any', `export const x: any = 1;\n`, 'no-explicit-any'],
    ['a non-null assertion', `export const first = (list: string[]): string => list[0]!;\n`, 'no-non-null-assertion'],
  ])('lint refuses %s', (_case, source, rule) => {
    const path = 'apps/gateway/src/domain/planted-violation.ts';
    const { status, text } = planted(path, source, () => run(bin('eslint'), [path]));
    expect(text).toContain(rule);
    expect(status).not.toBe(0);
  });
});
