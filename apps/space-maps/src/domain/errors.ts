import { defineErrors } from '@stead/platform/errors';

export const spaceMapError = defineErrors('space-maps', {
  'space-map-not-found': { kind: 'not-found', title: 'Space map not found' },
  'version-not-found': { kind: 'not-found', title: 'Map version not found' },
  'capture-not-found': { kind: 'not-found', title: 'Capture not found' },
  'capture-not-ready': { kind: 'conflict', title: 'The capture is not verified yet' },
  'capture-erased': { kind: 'conflict', title: 'The files of the capture were erased' },
  'version-not-cancellable': { kind: 'conflict', title: 'The map version cannot be cancelled' },
  'version-not-retryable': { kind: 'conflict', title: 'The map version cannot be retried' },
  'version-not-ready': { kind: 'conflict', title: 'The map version is not ready' },
  'deadline-passed': { kind: 'invalid', title: 'The deadline has passed' },
  'version-changed': { kind: 'precondition', title: 'The map version changed meanwhile' },
  'step-unknown': { kind: 'invalid', title: 'This pipeline has no such step' },
});
