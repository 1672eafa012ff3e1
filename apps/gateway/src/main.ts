import 'reflect-metadata';
import { Lifecycle, runMain } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { loadConfig } from './config';
import { startGateway } from './gateway';

runMain(async () => {
  const config = loadConfig(process.env);
  const lifecycle = new Lifecycle(createLogger({ service: 'gateway', level: config.LOG_LEVEL }));
  lifecycle.handleSignals();
  await startGateway(config, lifecycle);
});
