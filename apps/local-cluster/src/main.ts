import { runMain } from '@stead/platform/lifecycle';
import { loadLocalClusterConfig } from './config';
import { startLocalCluster } from './server';

runMain(async () => {
  const config = loadLocalClusterConfig(process.env);
  const cluster = await startLocalCluster(config);
  const { url, adminUrl, kubeconfigPath } = cluster;
  process.stdout.write(`${JSON.stringify({ event: 'listening', url, adminUrl, kubeconfigPath })}\n`);
  const stop = (leaveRunning: boolean) => (): void => {
    // A second signal ends the process at once, as signals do.
    process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT').removeAllListeners('SIGHUP');
    runMain(() => cluster.close({ leaveRunning }).then(() => process.exit(0)));
  };
  // SIGHUP is for restarting the server alone: the next one finds the containers running.
  process.on('SIGTERM', stop(false)).on('SIGINT', stop(false)).on('SIGHUP', stop(true));
});
