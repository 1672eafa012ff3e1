export { serviceEnv, loadServiceConfig } from './config';
export type { ServiceConfig } from './config';
export { startApi, startWorkers, runApi, runWorkers } from './start';
export type { ServiceSpec, ServiceParts, Background } from './start';
export { openParts } from './parts';
