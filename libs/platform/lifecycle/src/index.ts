export { Lifecycle } from './lifecycle';
export { runMain } from './run-main';
export { loop } from './loop';
export type { Loop } from './loop';
