export { transition, reachableFrom, toMermaid } from './machine';
export type { TransitionTable, Verdict } from './machine';
