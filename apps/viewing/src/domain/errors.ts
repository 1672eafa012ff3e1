import { defineErrors } from '@stead/platform/errors';

export const viewingError = defineErrors('viewing', {
  'publication-not-found': { kind: 'not-found', title: 'Publication not found' },
  'publication-not-ready': { kind: 'unavailable', title: 'The publication is being prepared' },
  'map-version-not-found': { kind: 'not-found', title: 'No such map version that is ready' },
  'password-required': { kind: 'unauthenticated', title: 'This place asks for a password' },
  'password-wrong': { kind: 'forbidden', title: 'This is not the password' },
  'too-many-guesses': { kind: 'exhausted', title: 'Too many passwords were tried' },
  'sign-in-required': { kind: 'unauthenticated', title: 'This place is for members' },
  'members-only': { kind: 'forbidden', title: 'This place is for members of its workspace' },
  'payment-required': { kind: 'payment-required', title: 'This place has a price' },
  'link-expired': { kind: 'forbidden', title: 'The time of this share link is over' },
  'link-used-up': { kind: 'forbidden', title: 'This share link has been used as often as it may' },
  'statistics-period': { kind: 'invalid', title: 'The days are no period' },
  'too-many-downloads': { kind: 'exhausted', title: 'Too many downloads at a time' },
  'file-not-found': { kind: 'not-found', title: 'No such file' },
  'access-expired': { kind: 'forbidden', title: 'The address has expired; read the publication again' },
});
