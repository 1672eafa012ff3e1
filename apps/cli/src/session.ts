import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { SteadClient } from '@stead/web/api-client';

const address = z.url({ protocol: /^https?$/ });
const sessionSchema = z.object({ url: address, credential: z.string() });
type Session = z.infer<typeof sessionSchema>;

/** About a minute of tries: a platform that restarts is waited for. */
const TRIES_MAX = 24;

/** Something that the person at the keyboard can put right; the message says how. Exit code 2. */
export class UsageError extends Error {}

function sessionFile(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'stead', 'session.json');
}

/** Where the platform is and who we are: the environment first, then what `stead login` has kept. */
export function loadSession(env: NodeJS.ProcessEnv): Session {
  const { STEAD_URL, STEAD_API_KEY } = env;
  if (STEAD_URL !== undefined && STEAD_API_KEY !== undefined) return { url: checkedUrl(STEAD_URL), credential: STEAD_API_KEY };
  const file = sessionFile(env);
  if (!existsSync(file))
    throw new UsageError('Not signed in. Run `stead login --url <address> --key <API key>`, or set STEAD_URL and STEAD_API_KEY.');
  const parsed = sessionSchema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new UsageError(`${file} cannot be read; run \`stead login\` again.`);
  return parsed.data;
}

export function saveSession(env: NodeJS.ProcessEnv, session: Session): string {
  const file = sessionFile(env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(session), { mode: 0o600 });
  return file;
}

/** The address of the platform, as far as anybody has said one. */
export function knownUrl(env: NodeJS.ProcessEnv): string | null {
  if (env['STEAD_URL'] !== undefined) return checkedUrl(env['STEAD_URL']);
  return existsSync(sessionFile(env)) ? loadSession(env).url : null;
}

export function checkedUrl(url: string): string {
  if (!address.safeParse(url).success) throw new UsageError(`${url} is no address; it looks like http://127.0.0.1:4600.`);
  return url;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no session, and the caller says so
  }
}

export function clientOf({ url, credential }: Session, patient = false): SteadClient {
  return new SteadClient({ baseUrl: url.replace(/\/$/, ''), credential, ...(patient ? { triesMax: TRIES_MAX } : {}) });
}
