import { Delete, Get, HttpCode, Patch, Post, Put, applyDecorators } from '@nestjs/common';
import type { z } from 'zod';

/**
 * Who may call: `public` anyone, `authenticated` whoever has credentials, `system` other services only, and anything else
 * is a scope that the caller must have.
 */
export type Permission = 'public' | 'authenticated' | 'system' | `${string}:${string}`;

/** All that an endpoint needs, said once: the hooks parse and authorise by it, and the OpenAPI document is built from it. */
export interface EndpointSpec {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Full path with Fastify's parameters: `/v1/captures/:captureId`. */
  path: string;
  permission: Permission;
  summary: string;
  tag: string;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Media types of a body that is a file and not JSON; the handler reads it. */
  consumes?: readonly string[];
  /** Schema of the successful answer; absent where there is no body or it is not JSON. */
  response?: z.ZodType;
  /** Of the successful answer; 200 by default, 201 for POST. */
  status?: number;
  /** Codes of the context's own failures that this endpoint can answer with. */
  problems?: readonly string[];
  /** Media type of a successful answer that is not JSON. */
  produces?: string;
  /**
   * The tag of a successful answer: of the `revision` of what was read or changed, to be sent back as If-Match; or of the `content`
   * of the answer, with 304 for whoever has it already.
   */
  etag?: 'revision' | 'content';
  /** Whether it takes If-Match. A handler with `@IfMatch()` does, and need not say so. */
  ifMatch?: boolean;
  /** A POST is replayed for the same Idempotency-Key unless it says false (uploads plans, sign-in). */
  idempotent?: boolean;
}

const registry = new WeakMap<object, EndpointSpec[]>();
const conditional = new WeakMap<object, Set<string | symbol>>();
const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

/** The one decorator of a controller's method. */
export function Endpoint(spec: EndpointSpec): MethodDecorator {
  const route = METHODS[spec.method](spec.path);
  const status = HttpCode(successStatus(spec));
  const record: MethodDecorator = (target, handler) => {
    const specs = registry.get(target.constructor) ?? [];
    const ifMatch = conditional.get(target.constructor)?.has(handler) === true;
    specs.push(ifMatch ? { ...spec, ifMatch } : spec);
    registry.set(target.constructor, specs);
  };
  return applyDecorators(route, status, record);
}

/** What `@IfMatch()` says of the handler that it stands in. Parameters are decorated before their method is. */
export function takesIfMatch(controller: object, handler: string | symbol): void {
  conditional.set(controller, (conditional.get(controller) ?? new Set()).add(handler));
}

/** What a controller's decorators said. */
export function endpointsOf(controller: object): readonly EndpointSpec[] {
  return registry.get(controller) ?? [];
}

export function successStatus(spec: EndpointSpec): number {
  return spec.status ?? (spec.method === 'POST' ? 201 : spec.method === 'DELETE' ? 204 : 200);
}
