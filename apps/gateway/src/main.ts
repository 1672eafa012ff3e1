import 'reflect-metadata';
import { Lifecycle } from '@stead/platform/lifecycle';
import { createLogger } from '@stead/platform/logging';
import { loadConfig } from './config';
import { startGateway } from './gateway';

const config = loadConfig(process.env);
const lifecycle = new Lifecycle(createLogger({ service: 'gateway', level: config.LOG_LEVEL }));
lifecycle.handleSignals();
void startGateway(config, lifecycle);
