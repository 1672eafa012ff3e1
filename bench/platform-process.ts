import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';

/** From the compiled file's place: `dist/bench`. */
export const ROOT = resolve(__dirname, '../..');

export interface PlatformProcess {
  url: string;
  apiKey: string;
  /** Seconds from the start of the process until it prints its addresses. */
  startS: number;
  child: ChildProcess;
  stop(signal: NodeJS.Signals): Promise<void>;
}

/** The platform as `npm start` runs it, without the sample. */
export async function startPlatform(home: string, port: number): Promise<PlatformProcess> {
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(ROOT, 'dist/apps/standalone/src/main.js')],
    {
      env: {
        ...process.env,
        STEAD_HOME: home,
        PORT: String(port),
        SAMPLE: 'false',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  // A bench that fails must not leave a platform behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const apiKey = await new Promise<string>((found, failed) => {
    let output = '';
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      const key = /#key=(stead_test_\w+)/.exec(output)?.[1];
      if (key !== undefined) found(key);
    });
    child.once('exit', (code) => failed(new Error(`the platform ended with ${code}: ${output}`)));
  });
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { url: `http://127.0.0.1:${port}`, apiKey, startS: (performance.now() - startedMs) / 1000, child, stop };
}
