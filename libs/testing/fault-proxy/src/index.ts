export { FaultProxy } from './fault-proxy';
export type { FaultProxyOptions } from './fault-proxy';
export type { Direction, Fault, FaultKind, FaultSpec, Limits } from './fault';
export { seeded } from './random';
export type { Random } from './random';
