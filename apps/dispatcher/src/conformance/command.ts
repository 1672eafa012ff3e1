import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { parse } from 'yaml';
import { ALL_CHECKS } from './all-checks';
import { GROUPS, type Check } from './check';
import { Refused } from './preflight';
import { lineOf, summaryOf } from './report';
import { runSession } from './session';
import { PATIENCE } from './surroundings';

export interface CommandParts {
  /** `deploy/argo/conformance-v1.yaml`. */
  templatePath: string;
  out(text: string): void;
  /** Progress, where the result goes elsewhere. */
  err(text: string): void;
  /** Aborts it at the next occasion; what was made is removed all the same. */
  signal: AbortSignal;
}

interface Flags {
  kubeconfig: string;
  context?: string;
  namespace?: string;
  image?: string;
  instanceId?: string;
  only?: readonly string[];
  timeout: number;
  json: boolean;
}

export const EXIT = { held: 0, failed: 1, refused: 2, interrupted: 130 } as const;

/** `npm run conformance -- …`; returns the exit code. */
export async function conformance(args: readonly string[], parts: CommandParts): Promise<number> {
  const program = programOf(parts);
  try {
    program.parse([...args], { from: 'user' });
    return await run(program.opts<Flags>(), parts);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.held : EXIT.refused;
    if (!(error instanceof Refused)) throw error;
    parts.err(`${error.message}\n`);
    return EXIT.refused;
  }
}

function programOf({ out, err }: CommandParts): Command {
  return new Command('conformance')
    .description(
      'Tries on a cluster what the dispatcher expects of Kubernetes and Argo Workflows. Makes a few tiny workflows in one ' +
        'namespace, under a label of their own, and removes them.',
    )
    .requiredOption('--kubeconfig <file>', 'the credentials that the dispatcher has there')
    .option('--context <name>', 'of the kubeconfig; its current one by default')
    .option('--namespace <name>', "of the runs; the context's by default")
    .option('--image <name>', 'of the containers: anything with sh and sleep; by default what the template says')
    .option('--instance-id <id>', 'of the Argo controller, if it has one')
    .option('--only <ids>', `checks or groups, comma between them (${GROUPS.join(', ')})`, chosen)
    .option('--timeout <seconds>', 'how long a workflow may take', seconds, PATIENCE.complete / 1000)
    .option('--json', 'print one JSON object', false)
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err });
}

async function run(flags: Flags, { templatePath, out, err, signal }: CommandParts): Promise<number> {
  const { kubeconfig, context, namespace, image = null, instanceId = null, only, timeout, json } = flags;
  const tell = json ? err : out;
  const report = await runSession({
    ...{ kubeconfig, image, instanceId, signal, patience: { ...PATIENCE, complete: timeout * 1000 } },
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace }),
    checks: only === undefined ? ALL_CHECKS : withNeeded(ALL_CHECKS.filter((check) => isChosen(check, only))),
    template: parse(readFileSync(templatePath, 'utf8')) as object, // a file of ours
    onResult: (result) => tell(`${lineOf(result)}\n`),
  });
  out(json ? `${JSON.stringify(report)}\n` : `\n${summaryOf(report)}\n`);
  if (!report.complete) return EXIT.interrupted;
  return report.failed === 0 ? EXIT.held : EXIT.failed;
}

function isChosen({ id }: Check, only: readonly string[]): boolean {
  return only.includes(id) || only.includes(id.slice(0, id.indexOf('.')));
}

/** A check without the one that it needs would wait in vain where that one fails at once. */
function withNeeded(checks: readonly Check[]): Check[] {
  const needed = new Set(checks.map(({ needs }) => needs));
  return ALL_CHECKS.filter((check) => checks.includes(check) || needed.has(check.id));
}

function chosen(value: string): string[] {
  const names = value.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !ALL_CHECKS.some((check) => isChosen(check, [name])));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no check or group ${unknown.join(', ')}.`);
  return names;
}

function seconds(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number <= 0) throw new InvalidArgumentError('It takes a whole number of seconds.');
  return number;
}
