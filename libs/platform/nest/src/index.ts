export { provide, provideValue } from './provide';
export { NestLogger } from './nest-logger';
