import { z } from 'zod';
import { problemSchema } from '@stead/platform/errors';
import { successStatus, type EndpointSpec } from './endpoint';
import { ETAG, headerParameters, NOT_CHANGED } from './openapi-headers';
import { refusals } from './openapi-refusals';

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
  const schemas = new Schemas();
  const problem = schemas.of(problemSchema, 'output');
  const paths: OpenApiDocument['paths'] = {};
  for (const spec of open) {
    const path = spec.path.replaceAll(/:([A-Za-z]+)/g, '{$1}').replace('*', '{path}');
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation(spec, path, problem, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    tags: [...new Set(open.map((spec) => spec.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.named,
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
      },
    },
  };
}

function operation(spec: EndpointSpec, path: string, problem: unknown, schemas: Schemas): Record<string, unknown> {
  const success = {
    description: 'Done',
    ...(spec.etag === undefined ? {} : { headers: { ETag: ETAG } }),
    ...(spec.produces !== undefined
      ? { content: { [spec.produces]: {} } }
      : spec.response === undefined
        ? {}
        : { content: { 'application/json': { schema: schemas.of(spec.response, 'output') } } }),
  };
  return {
    operationId: operationId(spec),
    summary: spec.summary,
    tags: [spec.tag],
    security: spec.permission === 'public' ? [] : [{ accessToken: [] }, { apiKey: [] }],
    ...(spec.permission.includes(':') ? { 'x-scope': spec.permission } : {}),
    parameters: [
      ...pathParameters(path, spec.params, schemas),
      ...parameters(spec.query, 'query', schemas),
      ...headerParameters(spec),
    ],
    ...(spec.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(spec.body, 'input') } } } }),
    ...(spec.consumes === undefined
      ? {}
      : { requestBody: { required: true, content: Object.fromEntries(spec.consumes.map((type) => [type, {}])) } }),
    responses: {
      [successStatus(spec)]: success,
      ...(spec.etag === 'content' ? { 304: NOT_CHANGED } : {}),
      ...refusals(spec, problem),
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

/** Every part of the path that varies is named, also one that no schema speaks of. */
function pathParameters(path: string, schema: z.ZodType | undefined, schemas: Schemas): unknown[] {
  const known = parameters(schema, 'path', schemas).filter(({ name }) => path.includes(`{${name}}`));
  const missing = [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !known.some((one) => one.name === name));
  return [...known, ...missing.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))];
}

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query', schemas: Schemas): { name: string }[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const whole = schemas.of(schema, 'input') as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(whole.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (whole.required ?? []).includes(name),
    schema: property,
  }));
}

/**
 * The schemas that have names, said once. zod puts what it refers to beside each schema, under `$defs`; in an OpenAPI document a
 * reference starts at the root, so they move to `components.schemas`.
 */
class Schemas {
  readonly named: Record<string, unknown> = {};
  private readonly texts = new Map<string, string>();

  of(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12', reused: 'inline' });
    const texts = Object.entries($defs).map(([name, definition]) => [name, JSON.stringify(definition)] as const);
    // What is sent may differ from what is answered under the same name: defaults are optional there.
    const suffix = texts.some(([name, text]) => (this.texts.get(name) ?? text) !== text) ? capitalised(io) : '';
    for (const [name, text] of texts) {
      this.texts.set(name + suffix, text);
      this.named[name + suffix] = moved(JSON.parse(text), suffix);
    }
    return moved(rest, suffix) as Record<string, unknown>; // an object went in
  }
}

function capitalised(word: string): string {
  return (word[0]?.toUpperCase() ?? '') + word.slice(1);
}

/** A schema with its references led to the document's components. */
function moved(value: unknown, suffix: string): unknown {
  if (Array.isArray(value)) return value.map((one) => moved(one, suffix));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/') + suffix
        : moved(inner, suffix),
    ]),
  );
}
