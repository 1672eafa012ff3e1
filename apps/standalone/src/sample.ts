import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './config';

const resultSchema = z.object({
  mapId: z.string(),
  state: z.string(),
  viewerUrl: z.string().nullable(),
  seconds: z.number(),
  quality: z.object({ grade: z.string(), points: z.number() }).nullable(),
  failure: z.object({ detail: z.string(), advice: z.array(z.string()) }).nullable(),
});
export type SampleResult = z.infer<typeof resultSchema>;

/** Builds the sample capture with the command that everybody uses: what it shows is what the public API says. */
export async function buildSample(
  env: NodeJS.ProcessEnv,
  url: string,
  apiKey: string,
  signal: AbortSignal,
): Promise<SampleResult | null> {
  const main = join(ROOT, 'dist/apps/cli/src/main.js');
  const child = spawn(
    process.execPath,
    [main, 'map', 'create', join(ROOT, 'samples/gallery'), '--name', 'Sample gallery', '--watch', '--report'],
    {
      env: { ...env, STEAD_URL: url, STEAD_API_KEY: apiKey },
      stdio: ['ignore', 'pipe', 'inherit'],
      signal,
    },
  );
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null)); // aborted: the platform stops
    child.on('exit', resolve);
  });
  if (code === null) return null;
  const parsed = resultSchema.safeParse(JSON.parse(out.trim().split('\n').at(-1) ?? 'null'));
  return parsed.success ? parsed.data : null;
}
