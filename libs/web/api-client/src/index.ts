export { SteadClient, ApiProblem, Unreachable } from './client';
export type { ClientOptions } from './client';
