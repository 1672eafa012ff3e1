import { newId } from '@stead/platform/ids';

const ACCEPTED = /^[A-Za-z0-9_.:-]{8,128}$/;

/** The caller's X-Request-Id where it is a decent one, a new id otherwise. */
export function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && ACCEPTED.test(header) ? header : newId();
}
