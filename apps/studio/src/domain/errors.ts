import { defineErrors } from '@stead/platform/errors';

export const studioError = defineErrors('studio', {
  'publication-not-found': { kind: 'not-found', title: 'Publication not found' },
  'publication-closed': { kind: 'conflict', title: 'The map of this publication is gone' },
  'publication-changed': { kind: 'precondition', title: 'The publication changed meanwhile' },
  'map-version-not-found': { kind: 'not-found', title: 'No such map version that is ready' },
  'space-map-not-ready': { kind: 'conflict', title: 'The space map has no version that is ready' },
  'nothing-to-roll-back': { kind: 'conflict', title: 'There is no earlier version to go back to' },
});
