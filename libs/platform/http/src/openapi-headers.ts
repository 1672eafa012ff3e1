import type { EndpointSpec } from './endpoint';

const text = (more: object = {}): object => ({ type: 'string', ...more });

export const ETAG = { description: 'The tag of this state of the resource (RFC 9110 §8.8.3)', schema: text() };
export const RETRY_AFTER = {
  description: 'After so many seconds it is worth another try',
  schema: { type: 'integer', minimum: 0 },
};
export const NOT_CHANGED = { description: 'You have it already', headers: { ETag: ETAG } };

/** The headers that an endpoint minds, beside those that say who calls. */
export function headerParameters(spec: EndpointSpec): unknown[] {
  return [
    ...(takesKey(spec)
      ? [header('Idempotency-Key', 'Repeated with the same key, it is done once', text({ maxLength: 255 }))]
      : []),
    ...(spec.ifMatch === true ? [header('If-Match', 'The ETag that you read: refused where it is not the current one')] : []),
    ...(spec.etag === 'content' ? [header('If-None-Match', 'The ETag that you have: 304 where it is the current one')] : []),
  ];
}

function header(name: string, description: string, schema: object = text()): unknown {
  return { name, in: 'header', required: false, description, schema };
}

function takesKey(spec: EndpointSpec): boolean {
  return spec.method === 'POST' && spec.idempotent !== false && spec.permission !== 'public';
}
