import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { toMermaid } from '@stead/platform/machine';
import { nodeTransitions } from './controller/node-phase';
import { faultSchema } from './faults/faults';

const readme = readFileSync(resolve(__dirname, '../README.md'), 'utf8');

test('the diagram in the README is drawn from the table', () => {
  expect(readme).toContain(toMermaid(nodeTransitions, 'Pending'));
});

test('every kind of fault has an example in the README that is valid', () => {
  const examples = [...readme.matchAll(/\/faults -d '(\{.*?\})'/g)].map((match) => faultSchema.parse(JSON.parse(match[1] ?? '')));
  expect(new Set(examples.map(({ kind }) => kind))).toEqual(new Set(faultSchema.shape.kind.options));
});
