#!/usr/bin/env node
// healthcheck.mjs [URL [TOKEN_FILE]]: ends with 0 when a process is ready to serve; by default the one of this container.
import { readFileSync } from 'node:fs';

const TIMEOUT_MS = 4_000;
const [url = `http://127.0.0.1:${process.env.PORT ?? '8080'}/readyz`, tokenFile] = process.argv.slice(2);

try {
  const headers = tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 500)}`);
} catch (error) {
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exit(1);
}
