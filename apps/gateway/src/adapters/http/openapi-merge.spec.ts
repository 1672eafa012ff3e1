import type { OpenApiDocument } from '@stead/platform/http';
import { mergeDocuments, type ServiceDocument } from './openapi-merge';

const answer = (schema: string): object => ({
  responses: {
    200: { description: 'ok', content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } },
  },
});

function documentOf(
  service: ServiceDocument['service'],
  paths: OpenApiDocument['paths'],
  schemas: Record<string, unknown>,
): ServiceDocument {
  const components = { schemas, securitySchemes: { apiKey: { type: 'apiKey' } } };
  return {
    service,
    document: { openapi: '3.1.0', info: { title: service, version: '1' }, tags: [{ name: 'T' }], paths, components },
  };
}

describe('one document out of many', () => {
  const problem = { type: 'object', title: 'Problem' };
  const run = { type: 'object', title: 'a run' };
  const otherRun = { type: 'object', title: 'a run on a test track', properties: { next: { $ref: '#/components/schemas/Run' } } };

  it('says shared things once', () => {
    const merged = mergeDocuments([
      documentOf('dispatcher', { '/v1/runs': { get: answer('Run') } }, { Problem: problem, Run: run }),
      documentOf('space-maps', { '/v1/presets': { get: answer('Problem') } }, { Problem: problem }),
    ]);
    expect(merged.components.schemas).toEqual({ Problem: problem, Run: run });
    expect(merged.tags).toEqual([{ name: 'T' }]);
    expect(Object.keys(merged.paths)).toEqual(['/v1/runs', '/v1/presets']);
  });

  it('keeps two meanings of one name apart, with every reference to them', () => {
    const merged = mergeDocuments([
      documentOf('dispatcher', { '/v1/runs': { get: answer('Run') } }, { Run: run }),
      documentOf('space-maps', { '/v1/presets': { get: answer('Run') } }, { Run: otherRun }),
    ]);
    const renamed = { ...otherRun, properties: { next: { $ref: '#/components/schemas/space-maps.Run' } } };
    expect(merged.components.schemas).toEqual({ Run: run, 'space-maps.Run': renamed });
    expect(merged.paths['/v1/runs']).toEqual({ get: answer('Run') });
    expect(merged.paths['/v1/presets']).toEqual({ get: answer('space-maps.Run') });
  });

  it('leaves out operations that lead to another service', () => {
    const path = '/v1/publications/{publicationId}';
    const merged = mergeDocuments([
      documentOf(
        'studio',
        { [path]: { get: answer('Draft'), patch: answer('Draft') }, '/v1/runs': { get: answer('Draft') } },
        {},
      ),
      documentOf('viewing', { [path]: { get: answer('View') } }, {}),
    ]);
    expect(merged.paths).toEqual({ [path]: { patch: answer('Draft'), get: answer('View') } });
  });
});
