import { defineErrors } from '@stead/platform/errors';

export const viewingError = defineErrors('viewing', {
  'publication-not-found': { kind: 'not-found', title: 'Publication not found' },
  'publication-not-ready': { kind: 'unavailable', title: 'The publication is being prepared' },
  'file-not-found': { kind: 'not-found', title: 'No such file' },
  'access-expired': { kind: 'forbidden', title: 'The address has expired; read the publication again' },
});
