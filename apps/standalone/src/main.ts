import 'reflect-metadata';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { portIsFree, freePort } from '@stead/platform/embedded';
import { Lifecycle, runMain } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { startClusters } from './clusters';
import { loadConfig, type StandaloneConfig } from './config';
import { ensureDemoAccount } from './demo';
import { buildSample } from './sample';
import { startServices } from './services';
import { StateFile } from './state';
import { startStores } from './stores';

/** Everything in one process on embedded stores, until Ctrl-C. */
async function main(config: Readonly<StandaloneConfig>): Promise<void> {
  const startedMs = performance.now();
  const state = new StateFile(resolve(config.STEAD_HOME));
  const logger = createLogger({ service: 'standalone', level: config.LOG_LEVEL, destination: join(state.folder, 'stead.log') });
  const lifecycle = new Lifecycle(logger);
  const abort = new AbortController();
  lifecycle.handleSignals((code) => {
    say('Stopped.');
    process.exit(code);
  });

  try {
    const port = await choosePort(config.PORT);
    const stores = await startStores(config, state, lifecycle);
    const clusters = await startClusters(config, state, stores.s3, lifecycle);
    notePid(state, lifecycle);
    const services = await startServices(config, state, stores, clusters, port, lifecycle);
    lifecycle.add('sample', () => abort.abort());
    say(
      `Stead runs after ${((performance.now() - startedMs) / 1000).toFixed(1)} s. Ctrl-C stops it; everything is kept in ${state.folder}`,
    );
    if (config.NODE_ENV === 'production') {
      say(`  API      ${services.url}/docs`);
      return;
    }
    const demo = await ensureDemoAccount(services.workspaces, state);
    say(`  Console  ${services.url}/#key=${demo.apiKey}`);
    say(`  API      ${services.url}/docs`);
    say(`  API key  ${demo.apiKey}   (demo workspace, kept in ${join(state.folder, 'state.json')})`);
    say(`  Log      ${join(state.folder, 'stead.log')}`);
    if (config.SAMPLE) await sample(services.url, demo.apiKey, state, abort.signal);
  } catch (error) {
    logger.error({ error }, 'did not start');
    console.error(`Stead did not start: ${error instanceof Error ? error.message : String(error)}`);
    console.error(`More is in ${join(state.folder, 'stead.log')}`);
    await lifecycle.stop();
    process.exit(1); // whatever a part that began to start has left open
  }
}

/** For `stead down`. Written once the folder's servers are ours: another platform that runs in it keeps its own. */
function notePid(state: StateFile, lifecycle: Lifecycle): void {
  const pidFile = join(state.folder, 'stead.pid');
  writeFileSync(pidFile, String(process.pid));
  lifecycle.add('pid file', () => rmSync(pidFile, { force: true }));
}

async function choosePort(wanted: number): Promise<number> {
  if (wanted === 0 || (await portIsFree(wanted))) return wanted;
  const port = await freePort();
  say(`Port ${wanted} is taken by another program; using ${port} (PORT=… chooses one).`);
  return port;
}

async function sample(url: string, apiKey: string, state: StateFile, signal: AbortSignal): Promise<void> {
  const { demo } = state;
  if (demo === null) return;
  if (demo.sample !== null) {
    say(`  Sample   ${url}${demo.sample.viewerPath}`);
    return;
  }
  say('Building the sample capture (20 photos) …');
  const result = await buildSample(process.env, url, apiKey, signal);
  if (result === null) return;
  if (result.viewerUrl === null) {
    say(`The sample map is ${result.state}: ${result.failure?.detail ?? `${join(state.folder, 'stead.log')} tells more`}`);
    for (const advice of result.failure?.advice ?? []) say(`  ${advice}`);
    say('  The next start tries again.');
    return;
  }
  state.rememberDemo({ ...demo, sample: { mapId: result.mapId, viewerPath: new URL(result.viewerUrl).pathname } });
  say(
    `The sample map is ready after ${result.seconds} s: grade ${result.quality?.grade ?? '-'}, ${result.quality?.points.toLocaleString('en') ?? 0} points.`,
  );
  say(`  Walk in  ${result.viewerUrl}`);
}

function say(line: string): void {
  console.log(line);
}

runMain(async () => main(loadConfig(process.env)));
