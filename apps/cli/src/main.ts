import { Command, CommanderError, Option } from 'commander';
import { ApiProblem, Unreachable } from '@stead/web/api-client';
import { mapCreate } from './commands/map-create';
import { doctor, down, up } from './commands/platform';
import { cancelRun, listRuns, printLogs, showRun } from './commands/runs';
import { duration } from './progress-line';
import { UsageError, checkedUrl, clientOf, knownUrl, loadSession, saveSession } from './session';

const print = (line: string): void => console.log(line);
const client = () => clientOf(loadSession(process.env));
const home = process.env['STEAD_HOME'] ?? '.stead';
const json = () => new Option('--json', 'print one JSON object').default(false);

const program = new Command('stead').description('Space maps from captures of real places').version('0.1.0').exitOverride();

process.once('SIGINT', () => {
  console.error('\nStopped. The same command goes on where it was.');
  process.exit(130);
});

program.command('up').description('start the platform on this machine').option('-d, --detach', 'run behind the prompt', false)
  .action(({ detach }: { detach: boolean }) => up(process.env, home, detach, print)); // prettier-ignore
program
  .command('down')
  .description('stop it')
  .action(() => down(home, print));
program.command('doctor').description('check what this machine has').addOption(json())
  .action(({ json: asJson }: { json: boolean }) => doctor(knownUrl(process.env), asJson, print)); // prettier-ignore

program
  .command('login')
  .description('keep an address and an API key for the next commands')
  .requiredOption('--url <address>', 'where the platform is')
  .requiredOption('--key <key>', 'an API key')
  .action(async ({ url, key }: { url: string; key: string }) => {
    const me = await clientOf({ url: checkedUrl(url), credential: key }).get<{ items: unknown[] }>('/v1/space-maps?limit=1');
    print(
      `Signed in (${me.items.length === 0 ? 'no maps yet' : 'maps found'}); kept in ${saveSession(process.env, { url, credential: key })}`,
    );
  });

program
  .command('map')
  .description('space maps')
  .command('create <path>')
  .description('build a map from a folder of photos, a video or a point cloud')
  .option('--name <name>')
  .addOption(new Option('--preset <preset>').choices(['preview', 'standard', 'survey']))
  .option('--watch', 'wait until it is ready, and publish it by link', false)
  .addOption(json())
  .addOption(new Option('--report', 'show progress and print the JSON object as well').default(false).hideHelp())
  .action(async (path: string, options: { name?: string; preset?: string; watch: boolean; json: boolean; report: boolean }) => {
    const result = await mapCreate(clientOf(loadSession(process.env), true), path, options, process.stderr);
    if (options.json || options.report) print(JSON.stringify(result));
    else if (options.watch) {
      const { quality, viewerUrl, failure } = result;
      if (viewerUrl === null && result.state === 'succeeded')
        print(
          `Ready in ${duration(result.seconds)}. Your workspace publishes what was reviewed: approve its privacy review, then publish it.`,
        );
      else
        print(
          viewerUrl === null
            ? `The map ${result.state}: ${[failure?.detail ?? '', ...(failure?.advice ?? [])].join(' ')}`
            : `Ready in ${duration(result.seconds)}, grade ${quality?.grade ?? '-'}, ${quality?.points.toLocaleString('en') ?? 0} points: ${viewerUrl}`,
        );
    }
    if (options.watch && result.state !== 'succeeded') process.exitCode = 1;
  });

const runs = program.command('runs').description('runs of the pipeline');
runs
  .command('ls')
  .addOption(json())
  .action(({ json: asJson }: { json: boolean }) => listRuns(client(), asJson, print));
runs
  .command('show <run>')
  .addOption(json())
  .action((run: string, { json: asJson }: { json: boolean }) => showRun(client(), run, asJson, print));
runs
  .command('logs <run>')
  .option('--step <step>')
  .action((run: string, { step }: { step?: string }) => printLogs(client(), run, step, print));
runs
  .command('cancel <run>')
  .addOption(json())
  .action((run: string, { json: asJson }: { json: boolean }) => cancelRun(client(), run, asJson, print));

program.parseAsync().catch((error: unknown) => {
  // The parser has said by itself what is wrong with a command, and shown the help that was asked for.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  const words = wordsFor(error);
  console.error(words);
  if (process.argv.includes('--json')) print(JSON.stringify({ error: { code: codeOf(error), detail: words } }));
  process.exitCode = error instanceof UsageError ? 2 : 1;
});

function wordsFor(error: unknown): string {
  if (!(error instanceof ApiProblem)) return error instanceof Error ? error.message : String(error);
  const numbers = [error.code, error.traceId].filter((text) => text !== '').join(', ');
  const hint = error.status === 401 ? '\nSign in again with: stead login --url <address> --key <API key>' : '';
  return `${error.title || `Status ${error.status}`}: ${error.message || 'no reason was given'}${numbers === '' ? '' : ` (${numbers})`}${hint}`;
}

function codeOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.code || `status-${error.status}`;
  if (error instanceof UsageError) return 'usage';
  return error instanceof Unreachable ? 'unreachable' : 'failed';
}
