import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, type PlatformProcess } from './platform-process';

export const SAMPLES = join(ROOT, 'samples');

/** Builds the sample capture on a platform. Resolves with the id of its publication. */
export async function publishSample({ url, apiKey }: PlatformProcess): Promise<string> {
  const capture = join(SAMPLES, 'gallery');
  const args = [join(ROOT, 'dist/apps/cli/src/main.js'), 'map', 'create', capture, '--name', 'Gallery', '--watch', '--json'];
  const env = { ...process.env, STEAD_URL: url, STEAD_API_KEY: apiKey };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`the map was not built: ${String(code)}`);
  const { viewerUrl } = JSON.parse(output) as { viewerUrl: string | null }; // our own command's own output
  return viewerUrl?.split('/').at(-1) ?? '';
}
