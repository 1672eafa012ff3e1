export { Lifecycle } from './lifecycle';
export { loop } from './loop';
export type { Loop } from './loop';
