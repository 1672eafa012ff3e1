import { z } from 'zod';
import type { EndpointSpec } from './endpoint';
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
