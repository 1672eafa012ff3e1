export { SteadClient } from './client';
export { steadApi } from './api';
export type { SteadApi } from './api';
export { ApiProblem, Unreachable } from './problems';
export type { ClientOptions, Credential } from './fetching';
export type { components, paths } from './openapi/paths';
