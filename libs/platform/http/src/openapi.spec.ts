import { Body, Controller } from '@nestjs/common';
import { z } from 'zod';
import { defineErrors } from '@stead/platform/errors';
import { IfMatch } from './decorators';
import { Endpoint, endpointsOf, type EndpointSpec } from './endpoint';
import { openApiOf } from './openapi';

const colour = z.object({ red: z.number().default(0) }).meta({ id: 'Colour' });
const thing = z.object({ id: z.uuid(), colours: z.array(colour) }).meta({ id: 'Thing' });
const base = { permission: 'things:read', tag: 'Things' } as const;
const specs: EndpointSpec[] = [
  { ...base, method: 'GET', path: '/v1/things/:thingId', summary: 'Show a thing', response: thing },
  { ...base, method: 'PUT', path: '/v1/things/:thingId', summary: 'Replace a thing', body: thing, response: thing },
  {
    ...base,
    method: 'GET',
    path: '/v1/things/:thingId/files/*',
    summary: 'Read a file',
    params: z.object({ thingId: z.uuid() }),
  },
  { ...base, method: 'GET', path: '/internal/things', permission: 'system', summary: 'Count things' },
];

describe('the OpenAPI document of a service', () => {
  const document = openApiOf('things', '1', specs);

  it('has a schema behind every reference', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? '');
    expect(references).toEqual(expect.arrayContaining(['#/components/schemas/Thing', '#/components/schemas/Colour']));
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references.filter((reference) => !known.includes(reference))).toEqual([]);
    expect(text).not.toContain('$defs');
  });

  it('tells what is sent from what is answered where they differ', () => {
    expect(document.components.schemas).toMatchObject({
      Colour: { required: ['red'] },
      ColourInput: expect.not.objectContaining({ required: ['red'] }),
      ThingInput: { properties: { colours: { items: { $ref: '#/components/schemas/ColourInput' } } } },
    });
  });

  it('names every part of a path that varies, once', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations) as { parameters: { name: string; in: string }[] }[]) {
        const named = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
        expect(named.sort()).toEqual([...path.matchAll(/\{\w+\}/g)].map(([part]) => part).sort());
      }
    }
  });

  it('says nothing of what only services may call', () => {
    expect(Object.keys(document.paths)).toEqual(['/v1/things/{thingId}', '/v1/things/{thingId}/files/{path}']);
  });
});

defineErrors('workshop', {
  'thing-not-found': { kind: 'not-found', title: 'No such thing' },
  'thing-in-use': { kind: 'conflict', title: 'The thing is in use' },
  'too-many-things': { kind: 'exhausted', title: 'Too many things' },
});

describe('what the document says of headers and refusals', () => {
  @Controller()
  class Workshop {
    @Endpoint({
      ...{ ...base, method: 'PUT', path: '/v1/things/:thingId', summary: 'Replace', body: thing, response: thing },
      ...{ params: z.object({ thingId: z.uuid() }), etag: 'revision' },
      problems: ['workshop/thing-not-found', 'workshop/thing-in-use'],
    })
    replace(@Body() body: unknown, @IfMatch() tag: string | null): unknown[] {
      return [body, tag];
    }

    @Endpoint({ ...base, method: 'GET', path: '/v1/things', summary: 'List', response: thing, etag: 'content' })
    list(): string[] {
      return [];
    }

    @Endpoint({
      ...base,
      method: 'POST',
      path: '/v1/things',
      summary: 'Make',
      body: thing,
      problems: ['workshop/too-many-things'],
    })
    make(): void {
      // What it does is not documented here.
    }

    @Endpoint({ ...base, permission: 'public', method: 'POST', path: '/v1/wishes', summary: 'Wish' })
    wish(): void {
      // As above.
    }
  }
  interface Operation {
    parameters: { name: string; in: string }[];
    responses: Record<string, { description: string; headers?: object }>;
  }
  const { paths } = openApiOf('things', '1', endpointsOf(Workshop));
  const operation = (path: string, method: string): Operation => paths[path]?.[method] as Operation; // the document's own shape
  const headersOf = ({ parameters }: Operation): string[] => parameters.flatMap((one) => (one.in === 'header' ? one.name : []));
  const [replace, list, make] = [
    operation('/v1/things/{thingId}', 'put'),
    operation('/v1/things', 'get'),
    operation('/v1/things', 'post'),
  ];

  it('names the headers that an endpoint minds and those that it gives', () => {
    expect(headersOf(replace)).toEqual(['If-Match']);
    expect(headersOf(list)).toEqual(['If-None-Match']);
    expect(headersOf(make)).toEqual(['Idempotency-Key']);
    const tagged = { headers: { ETag: expect.anything() } };
    expect([replace.responses['200'], list.responses['200'], list.responses['304']]).toMatchObject([tagged, tagged, tagged]);
    expect(make.responses['201']?.headers).toBeUndefined();
  });

  it('says a status for each code that an endpoint names, from the catalogue of its context', () => {
    expect(Object.keys(replace.responses)).toEqual(['200', '400', '401', '403', '404', '409', '412', 'default']);
    expect(replace.responses['404']?.description).toBe('Not found; No such thing (workshop/thing-not-found)');
    expect(replace.responses['409']?.description).toBe('The thing is in use (workshop/thing-in-use)');
    expect(Object.keys(operation('/v1/wishes', 'post').responses)).toEqual(['201', 'default']);
  });

  it('says where an answer tells when to come again', () => {
    for (const status of ['429', 'default']) expect(make.responses[status]?.headers).toHaveProperty(['Retry-After']);
    expect(make.responses['400']?.headers).toBeUndefined();
  });

  it('names no code that no catalogue has', () => {
    const spec: EndpointSpec = { ...base, method: 'GET', path: '/v1/x', summary: 'X', problems: ['workshop/thing-gone'] };
    expect(() => openApiOf('things', '1', [spec])).toThrow('GET /v1/x names workshop/thing-gone, which no catalogue has');
  });
});
