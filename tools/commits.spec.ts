import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
/** <https://www.conventionalcommits.org/en/v1.0.0/>, with the types of its Angular convention. */
const HEADER = /^(feat|fix|perf|refactor|docs|test|build|ci|chore|style|revert)(\([a-z0-9,-]+\))?!?: \S.*$/;

describe('commit messages', () => {
  // Of a copy without its history there is nothing to say.
  const log = spawnSync('git', ['log', '--no-merges', '--format=%h %s'], { cwd: ROOT, encoding: 'utf8' }).stdout;
  const subjects = log.split('\n').filter(Boolean);

  it('follow the convention, so that a changelog can be made of them', () => {
    expect(subjects.filter((line) => !HEADER.test(line.replace(/^\S+ /, '')))).toEqual([]);
  });
});
