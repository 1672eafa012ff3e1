import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from './simulation/compare';
import { parseFlags } from './simulation/flags';
import { plots } from './simulation/plots';
import { asJson } from './simulation/report';
import { asTable } from './simulation/table';

const asked = parseFlags(process.argv.slice(2));
const comparison = compare(asked.workload, asked.house, asked.placements, asked.seeds);
process.stdout.write(`${asked.asJson ? asJson(comparison, asked) : asTable(comparison, asked)}\n`);
if (asked.svgFolder !== null) {
  mkdirSync(asked.svgFolder, { recursive: true });
  for (const { name, draw } of plots(asked)) {
    const path = join(asked.svgFolder, name);
    writeFileSync(path, draw());
    process.stderr.write(`wrote ${path}\n`);
  }
}
