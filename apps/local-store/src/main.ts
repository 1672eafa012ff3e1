import { runMain } from '@stead/platform/lifecycle';
import { loadLocalStoreConfig } from './config';
import { startLocalStore } from './server';

runMain(async () => {
  const config = loadLocalStoreConfig(process.env);
  const store = await startLocalStore({
    ...config,
    onRequest: ({ cause, ...event }) => {
      if (event.status < 500 || event.code === 'ClientGone') return;
      const reason = cause instanceof Error ? cause.message : undefined;
      process.stderr.write(`${JSON.stringify({ event: 'request failed', ...event, reason })}\n`);
    },
  });
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: store.url, port: store.port, folder: config.folder })}\n`);
  const stop = (): void => {
    // A second signal ends the process at once, as signals do.
    process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT');
    runMain(() => store.close().then(() => process.exit(0)));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
});
