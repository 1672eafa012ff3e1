import { z } from 'zod';
import { PROBLEM_MEDIA_TYPE, problemSchema } from '@stead/platform/errors';
import { successStatus, type EndpointSpec } from './endpoint';

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
}

/** OpenAPI 3.1 out of the endpoints' own zod schemas, so that it cannot say anything else than the code does. */
export function openApiOf(title: string, version: string, specs: readonly EndpointSpec[]): OpenApiDocument {
  const open = specs.filter((spec) => spec.permission !== 'system' && spec.path.startsWith('/v1'));
  const paths: OpenApiDocument['paths'] = {};
  for (const spec of open) {
    const path = spec.path.replaceAll(/:([A-Za-z]+)/g, '{$1}').replace('*', '{path}');
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(spec) };
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    tags: [...new Set(open.map((spec) => spec.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
    },
  };
}

function operation(spec: EndpointSpec): Record<string, unknown> {
  const problem = (description: string): unknown => ({
    description,
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  });
  const success = {
    description: 'Done',
    ...(spec.produces !== undefined
      ? { content: { [spec.produces]: {} } }
      : spec.response === undefined
        ? {}
        : { content: { 'application/json': { schema: jsonSchema(spec.response, 'output') } } }),
  };
  return {
    operationId: operationId(spec),
    summary: spec.summary,
    tags: [spec.tag],
    security: spec.permission === 'public' ? [] : [{ accessToken: [] }, { apiKey: [] }],
    ...(spec.permission.includes(':') ? { 'x-scope': spec.permission } : {}),
    parameters: [...parameters(spec.params, 'path'), ...parameters(spec.query, 'query'), ...idempotencyKey(spec)],
    ...(spec.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(spec.body, 'input') } } } }),
    responses: {
      [successStatus(spec)]: success,
      ...(spec.body !== undefined || spec.query !== undefined ? { 400: problem('The request is not valid') } : {}),
      ...(spec.permission === 'public' ? {} : { 401: problem('Not signed in'), 403: problem('Not allowed') }),
      ...(spec.params === undefined ? {} : { 404: problem('Not found') }),
      default: problem(spec.problems === undefined ? 'A problem' : `A problem: ${spec.problems.join(', ')}`),
    },
  };
}

function operationId(spec: EndpointSpec): string {
  const words = spec.summary
    .replaceAll(/[^A-Za-z0-9 ]/g, '')
    .split(' ')
    .filter(Boolean);
  return words.map((word, i) => (i === 0 ? word.toLowerCase() : word[0]?.toUpperCase() + word.slice(1).toLowerCase())).join('');
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query'): unknown[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const whole = jsonSchema(schema, 'input') as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(whole.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (whole.required ?? []).includes(name),
    schema: property,
  }));
}

function idempotencyKey(spec: EndpointSpec): unknown[] {
  if (spec.method !== 'POST' || spec.idempotent === false || spec.permission === 'public') return [];
  return [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 255 } }];
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
  return rest;
}
