#!/usr/bin/env node
// Of everything that docs/openapi.json says a route can answer with: what no test of a whole run has ever been answered with.
// `node tools/answers/check.mjs FOLDER`, the folder that was STEAD_ANSWERS in that run.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import document from './document.cjs';

const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const heard = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean));
const excused = JSON.parse(readFileSync(new URL('never.json', import.meta.url), 'utf8'));
const documented = document.documentedAnswers(document.readDocument());
const { never, undocumented, needless } = document.compare(documented, heard, excused);

say('documented, and no test was ever answered with it', never);
say('answered, and not documented', undocumented);
say('excused in tools/answers/never.json, and answered or not documented', needless);
console.log(`${documented.length - never.length - Object.keys(excused).length} of ${documented.length} documented answers were given`);
process.exit(never.length + undocumented.length + needless.length === 0 ? 0 : 1);

function say(what, lines) {
  if (lines.length > 0) console.error(`${what}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
