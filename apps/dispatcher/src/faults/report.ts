import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';
import type { Finding, Scale } from './experiment';

export interface Ran {
  id: string;
  title: string;
  script: string;
  seconds: number;
  /** One-minute load average when it began and when it ended. */
  load: readonly [number, number];
  finding: Finding | { error: string };
}

export interface Report {
  at: string;
  scale: Scale;
  machine: string;
  revision: string;
  experiments: readonly Ran[];
}

export function passed({ finding }: Ran): boolean {
  return 'rules' in finding && finding.rules.every((rule) => rule.passed);
}

export function machine(): string {
  const gib = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${gib} GiB, ${type()}, Node ${process.versions.node}`;
}

export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** Of the checkout, with a word on what is not committed; empty where there is none. */
export function revision(folder: string): string {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' and changes');
  } catch {
    return '';
  }
}

export function toMarkdown({ at, scale, machine: where, revision: what, experiments }: Report): string {
  const summary = experiments.map((ran) => {
    const figures = 'rules' in ran.finding ? Object.entries(ran.finding.figures) : [];
    const cell = figures.map(([name, value]) => `${name}: ${value}`).join('<br>');
    return `| ${ran.id} | ${ran.title} | ${cell} | ${ran.seconds} | ${ran.load.join(' → ')} | ${passed(ran) ? 'pass' : '**fail**'} |`;
  });
  const details = experiments.map((ran) => {
    const head = `## ${ran.id} ${ran.title}\n\n${ran.script}.\n`;
    if (!('rules' in ran.finding)) return `${head}\nIt broke off: ${ran.finding.error}\n`;
    const rules = ran.finding.rules.map(({ rule, passed: ok, seen }) => `| ${rule} | ${seen} | ${ok ? 'pass' : '**fail**'} |`);
    return `${head}\n| rule | seen | |\n|---|---|---|\n${rules.join('\n')}\n`;
  });
  return [
    '# Fault experiments\n',
    `${at}, scale ${scale}, ${where}${what === '' ? '' : `, revision ${what}`}.\n`,
    '| | experiment | figures | s | load | |\n|---|---|---|---|---|---|',
    ...summary,
    '',
    ...details,
  ].join('\n');
}
