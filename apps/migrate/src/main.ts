import { createLogger } from '@stead/platform/logging';
import { loadConfig } from './config';
import { prepare } from './prepare';

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const logger = createLogger({ service: 'migrate', level: config.LOG_LEVEL });
  const applied = await prepare(config);
  logger.info({ applied, bucket: config.objectStore.bucket }, 'the stores are ready');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
