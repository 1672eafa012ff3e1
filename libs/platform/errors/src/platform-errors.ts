import { defineErrors } from './app-error';

/** Failures that any service may answer with, whatever it owns. */
export const platformError = defineErrors('platform', {
  'invalid-request': { kind: 'invalid', title: 'The request is not valid' },
  'malformed-body': { kind: 'invalid', title: 'The body cannot be read' },
  'body-too-large': { kind: 'too-large', title: 'The body is too large' },
  'unsupported-media-type': { kind: 'invalid', title: 'The media type is not supported' },
  'not-signed-in': { kind: 'unauthenticated', title: 'Sign in, or send an API key' },
  'not-allowed': { kind: 'forbidden', title: 'The credentials do not allow this' },
  'route-not-found': { kind: 'not-found', title: 'No such resource' },
  'method-not-allowed': { kind: 'not-found', title: 'No such method on this resource' },
  'idempotency-key-reused': { kind: 'unprocessable', title: 'The Idempotency-Key was used with another request' },
  'idempotency-in-flight': { kind: 'conflict', title: 'A request with this Idempotency-Key is still running' },
  'etag-mismatch': { kind: 'precondition', title: 'The resource has changed since you read it' },
  'rate-limited': { kind: 'exhausted', title: 'Too many requests' },
  unavailable: { kind: 'unavailable', title: 'A part of the service does not answer' },
});
