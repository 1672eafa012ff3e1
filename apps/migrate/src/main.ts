import { runMain } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { loadConfig } from './config';
import { prepare } from './prepare';

runMain(async () => {
  const config = loadConfig(process.env);
  const logger = createLogger({ service: 'migrate', level: config.LOG_LEVEL });
  const applied = await prepare(config);
  logger.info({ applied, bucket: config.objectStore.bucket }, 'the stores are ready');
});
