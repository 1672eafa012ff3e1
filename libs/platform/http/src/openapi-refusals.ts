import { errorEntry, HTTP_STATUS, PROBLEM_MEDIA_TYPE } from '@stead/platform/errors';
import type { EndpointSpec } from './endpoint';
import { RETRY_AFTER } from './openapi-headers';

/** What comes back when it is worth another try later. */
const LATER = [HTTP_STATUS.exhausted, HTTP_STATUS.unavailable];

/**
 * The problems that an endpoint can answer with, by status: those that its declaration brings with it and those of its own codes,
 * which stand in the catalogue of a context. `default` is what any endpoint may answer with: too many requests, a body too large,
 * an Idempotency-Key in use, a part of the service that does not answer.
 */
export function refusals(spec: EndpointSpec, schema: unknown): Record<string, unknown> {
  const byStatus = new Map<number, string[]>();
  const add = (status: number, text: string): unknown => byStatus.set(status, [...(byStatus.get(status) ?? []), text]);
  if (spec.body !== undefined || spec.query !== undefined) add(HTTP_STATUS.invalid, 'The request is not valid');
  if (spec.permission !== 'public') add(HTTP_STATUS.unauthenticated, 'Not signed in');
  if (spec.permission.includes(':')) add(HTTP_STATUS.forbidden, 'Not allowed');
  if (spec.params !== undefined) add(HTTP_STATUS['not-found'], 'Not found');
  if (spec.ifMatch === true) add(HTTP_STATUS.precondition, 'It has changed since you read it');
  for (const code of spec.problems ?? []) {
    const entry = errorEntry(code);
    if (entry === undefined) throw new Error(`${spec.method} ${spec.path} names ${code}, which no catalogue has`);
    add(HTTP_STATUS[entry.kind], `${entry.title} (${code})`);
  }
  const answers = [...byStatus].map(([status, texts]) => [status, answer(texts.join('; '), schema, LATER.includes(status))]);
  return { ...Object.fromEntries(answers), default: answer('Any other problem', schema, true) };
}

function answer(description: string, schema: unknown, later: boolean): object {
  const headers = later ? { headers: { 'Retry-After': RETRY_AFTER } } : {};
  return { description, ...headers, content: { [PROBLEM_MEDIA_TYPE]: { schema } } };
}
