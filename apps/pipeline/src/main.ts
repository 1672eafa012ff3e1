#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { EXIT, STEPS, stepNameSchema } from '@stead/contracts/pipeline';
import { ConfigError } from '@stead/platform/config';
import { runDoctor } from './commands/doctor';
import { runLocal } from './commands/local';
import { runOneStep } from './commands/step';
import { EXIT_BUG, EXIT_TERMINATED, Terminated } from './application/step-outcome';

const USAGE = `usage:
  pipeline <step> [--params JSON] [--store DIR]     one step of a run (${STEPS.join(', ')})
  pipeline doctor                                   what this machine can do, as JSON
  pipeline local --capture PATH --out DIR [--preset NAME] [--options JSON]
                                                    every step over a folder, without a store; prints a summary as JSON
Parameters come from --params or STEAD_PARAMS, the store from --store or S3_*.
`;

/** A step that does not stop by itself within this time after SIGTERM is left where it is. */
const STOP_WITHIN_MS = 12_000;

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      params: { type: 'string' },
      store: { type: 'string' },
      capture: { type: 'string' },
      out: { type: 'string' },
      preset: { type: 'string' },
      options: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help) {
    process.stdout.write(USAGE);
    return EXIT.ok;
  }
  const step = stepNameSchema.safeParse(command);
  const world = { env: process.env, signal: stopSignal() };
  if (rest.length > 0) return misuse(`unexpected "${rest.join(' ')}"`);
  if (step.success) return runOneStep(step.data, { params: values.params ?? null, store: values.store ?? null }, world);
  if (command === 'doctor') return runDoctor(world);
  if (command === 'local') {
    if (values.capture === undefined || values.out === undefined) return misuse('local needs --capture and --out');
    const { capture, out, preset = 'standard', options = '{}' } = values;
    return runLocal({ capture, out, preset, options }, world);
  }
  return misuse(command === undefined ? 'no command' : `no command "${command}"`);
}

function misuse(problem: string): number {
  process.stderr.write(`${problem}\n${USAGE}`);
  return EXIT.user;
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort(new Terminated());
    setTimeout(() => process.exit(EXIT_TERMINATED), STOP_WITHIN_MS).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return controller.signal;
}

// A reader of the log that went away must not end the step in the middle, without cleaning up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

main(process.argv.slice(2)).then(
  (code) => {
    // Detectors leave threads behind; what had to be written has been awaited.
    process.stdout.write('', () => process.exit(code));
  },
  (error: unknown) => {
    const misused = error instanceof ConfigError || (error instanceof TypeError && 'code' in error);
    process.stderr.write(`${error instanceof Error ? (misused ? error.message : error.stack) : String(error)}\n`);
    process.exit(misused ? EXIT.user : EXIT_BUG);
  },
);
