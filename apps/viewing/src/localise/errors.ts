import { defineErrors } from '@stead/platform/errors';

export const localiseError = defineErrors('viewing', {
  'photo-unreadable': { kind: 'invalid', title: 'The photo cannot be read' },
  'no-features': { kind: 'unprocessable', title: 'The photo shows too little' },
  'not-here': { kind: 'unprocessable', title: 'The photo was not taken here' },
  'no-photo-index': { kind: 'unprocessable', title: 'Photos cannot be placed in this map' },
  'too-many-photos': { kind: 'exhausted', title: 'Too many photos were sent' },
  'localisation-busy': { kind: 'unavailable', title: 'Too many photos are being placed at this moment' },
});
