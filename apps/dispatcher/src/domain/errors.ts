import { defineErrors } from '@stead/platform/errors';

export const runError = defineErrors('runs', {
  'run-not-found': { kind: 'not-found', title: 'Run not found' },
  'run-not-cancellable': { kind: 'conflict', title: 'The run cannot be cancelled' },
  'run-exists-elsewhere': { kind: 'unprocessable', title: 'The run id is taken' },
  'run-not-known-yet': { kind: 'conflict', title: 'The run has not been requested yet' },
  'log-not-found': { kind: 'not-found', title: 'There is no such log' },
  'log-unavailable': { kind: 'unavailable', title: 'The log cannot be read now' },
});
