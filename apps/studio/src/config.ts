export { loadServiceConfig as loadConfig } from '@stead/platform/service';
