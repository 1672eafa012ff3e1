import { loadLocalClusterConfig } from './config';
import { startLocalCluster } from './server';

async function main(): Promise<void> {
  const config = loadLocalClusterConfig(process.env);
  const cluster = await startLocalCluster(config);
  const { url, adminUrl, kubeconfigPath } = cluster;
  process.stdout.write(`${JSON.stringify({ event: 'listening', url, adminUrl, kubeconfigPath })}\n`);
  const stop = (leaveRunning: boolean) => (): void => {
    // A second signal ends the process at once, as signals do.
    process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT').removeAllListeners('SIGHUP');
    cluster.close({ leaveRunning }).then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  // SIGHUP is for restarting the server alone: the next one finds the containers running.
  process.on('SIGTERM', stop(false)).on('SIGINT', stop(false)).on('SIGHUP', stop(true));
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
