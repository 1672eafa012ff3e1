import { request } from 'undici';
import type { OpenApiDocument } from '@stead/platform/http';
import type { Logger } from '@stead/platform/logging';
import type { Upstream } from '../../domain/routes';

const TITLE = 'Stead';
const VERSION = '1.0.0';
const TIMEOUT_MS = 3_000;

/** One OpenAPI 3.1 document out of what the services say of themselves. A service that does not answer is left out. */
export async function mergedOpenApi(urls: Readonly<Record<Upstream, string>>, logger: Logger): Promise<OpenApiDocument> {
  const documents = await Promise.all(
    Object.entries(urls).map(async ([name, url]) => {
      try {
        const answer = await request(`${url}/internal/openapi.json`, { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
        return (await answer.body.json()) as OpenApiDocument; // our own services' own document
      } catch (error) {
        logger.warn({ error, service: name }, 'no OpenAPI document from a service');
        return null;
      }
    }),
  );
  return mergeDocuments(documents.filter((document) => document !== null));
}

export function mergeDocuments(documents: readonly OpenApiDocument[]): OpenApiDocument {
  const merged: OpenApiDocument = {
    openapi: '3.1.0',
    info: { title: TITLE, version: VERSION },
    tags: [],
    paths: {},
    components: { schemas: {}, securitySchemes: {} },
  };
  for (const { tags, paths, components } of documents) {
    merged.tags.push(...tags.filter((tag) => !merged.tags.some(({ name }) => name === tag.name)));
    for (const [path, operations] of Object.entries(paths)) merged.paths[path] = { ...merged.paths[path], ...operations };
    Object.assign(merged.components.schemas, components.schemas);
    Object.assign(merged.components.securitySchemes, components.securitySchemes);
  }
  return merged;
}
