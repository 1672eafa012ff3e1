import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FINDING_CODES } from './cluster-check';

test('docs/clusters.md lists every finding', () => {
  const page = readFileSync(resolve(__dirname, '../../../../docs/clusters.md'), 'utf8');
  expect(FINDING_CODES.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
