import { request } from 'undici';
import { z } from 'zod';
import type { OpenApiDocument } from '@stead/platform/http';
import type { Logger } from '@stead/platform/logging';
import { ownerOf, type Upstream } from '../../domain/routes';

const TITLE = 'Stead';
const VERSION = '1.0.0';
const TIMEOUT_MS = 3_000;
/** Anybody may ask, and each answer asks every service. */
const FRESH_MS = 5_000;
const SAMPLE_ID = '00000000-0000-7000-8000-000000000000';

const objects = z.record(z.string(), z.record(z.string(), z.unknown()));
const documentSchema = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.string() }),
  tags: z.array(z.object({ name: z.string() })),
  paths: objects,
  components: z.object({ schemas: objects, securitySchemes: objects }),
});

export interface ServiceDocument {
  service: Upstream;
  document: OpenApiDocument;
}

/** One OpenAPI 3.1 document out of what the services say of themselves. A service that does not answer is left out. */
export class MergedOpenApi {
  private latest: { document: Promise<OpenApiDocument>; untilMs: number } | null = null;

  constructor(
    private readonly urls: Readonly<Record<Upstream, string>>,
    private readonly logger: Logger,
    private readonly nowMs: () => number = Date.now,
  ) {}

  document(): Promise<OpenApiDocument> {
    if (this.latest === null || this.latest.untilMs <= this.nowMs()) {
      this.latest = { document: this.ask(), untilMs: this.nowMs() + FRESH_MS };
    }
    return this.latest.document;
  }

  private async ask(): Promise<OpenApiDocument> {
    const documents = await Promise.all(
      Object.entries(this.urls).map(async ([name, url]) => {
        try {
          const answer = await request(`${url}/internal/openapi.json`, { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
          const document = documentSchema.parse(await answer.body.json());
          return { service: name as Upstream, document }; // the keys of `urls` are upstreams
        } catch (error) {
          this.logger.warn({ error, service: name }, 'no OpenAPI document from a service');
          return null;
        }
      }),
    );
    return mergeDocuments(documents.filter((document) => document !== null));
  }
}

/** Says only what a caller can reach: an operation whose path leads to another service than its own is left out. */
export function mergeDocuments(documents: readonly ServiceDocument[]): OpenApiDocument {
  const merged: OpenApiDocument = {
    openapi: '3.1.0',
    info: { title: TITLE, version: VERSION },
    tags: [],
    paths: {},
    components: { schemas: {}, securitySchemes: {} },
  };
  for (const { service, document } of documents) {
    const { tags, paths, components } = withOwnNames(service, document, merged.components.schemas);
    merged.tags.push(...tags.filter((tag) => !merged.tags.some(({ name }) => name === tag.name)));
    for (const [path, operations] of Object.entries(paths)) {
      const sample = path.replaceAll(/\{\w+\}/g, SAMPLE_ID);
      const reached = Object.entries(operations).filter(([method]) => ownerOf(method.toUpperCase(), sample) === service);
      if (reached.length > 0) merged.paths[path] = { ...merged.paths[path], ...Object.fromEntries(reached) };
    }
    Object.assign(merged.components.schemas, components.schemas);
    Object.assign(merged.components.securitySchemes, components.securitySchemes);
  }
  return merged;
}

/** The document with those schemas renamed that another service has given another meaning. */
function withOwnNames(service: Upstream, document: OpenApiDocument, taken: Readonly<Record<string, unknown>>): OpenApiDocument {
  const clashes = Object.entries(document.components.schemas).filter(
    ([name, schema]) => Object.hasOwn(taken, name) && JSON.stringify(taken[name]) !== JSON.stringify(schema),
  );
  if (clashes.length === 0) return document;
  const names = new Map(clashes.map(([name]) => [name, `${service}.${name}`]));
  const renamed = withReferences(document, names) as OpenApiDocument; // only the text of references changed
  renamed.components.schemas = Object.fromEntries(
    Object.entries(renamed.components.schemas).map(([name, schema]) => [names.get(name) ?? name, schema]),
  );
  return renamed;
}

const REFERENCE = '#/components/schemas/';

function withReferences(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => withReferences(one, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = key === '$ref' && typeof inner === 'string' ? names.get(inner.slice(REFERENCE.length)) : undefined;
      return [key, name === undefined ? withReferences(inner, names) : REFERENCE + name];
    }),
  );
}
