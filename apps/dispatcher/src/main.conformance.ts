import { join, resolve } from 'node:path';
import { runMain } from '@stead/platform/lifecycle';
import { EXIT, conformance } from './conformance/command';

/** The checkout, from here or from what was compiled into its `dist`. */
const ROOT = resolve(__dirname, __dirname.includes(`${join('dist', 'apps')}`) ? '../../../..' : '../../..');

runMain(async () => {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(EXIT.interrupted);
      process.stderr.write('\nStopping: what was made is removed first. Once more ends it at once, and leaves it there.\n');
      abort.abort();
    });
  }
  process.exitCode = await conformance(process.argv.slice(2), {
    templatePath: join(ROOT, 'deploy/argo/conformance-v1.yaml'),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    signal: abort.signal,
  });
});
