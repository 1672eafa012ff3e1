import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../objects/metadata';
import type { Faults } from '../faults/faults';
import type { ObjectStore } from '../store/object-store';
import type { Resource } from '../store/resources';
import { ApiError } from './api-error';
import type { ListMetadata } from './list-metadata';
import { fieldSelector, labelSelector, type Selector } from './selectors';

const PAGES_MAX = 64;
const PAGE_TTL_MS = 5 * 60_000;
const LIMIT_MAX = 100_000;
/** The form of a token; one of that form that is not known was given out and forgotten. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function selectorOf(query: URLSearchParams, namespace: string | null): Selector {
  const byLabel = labelSelector(query.get('labelSelector') ?? '');
  const byField = fieldSelector(query.get('fieldSelector') ?? '');
  return (object) => (namespace === null || object.metadata.namespace === namespace) && byLabel(object) && byField(object);
}

interface Page {
  rest: KubeObject[];
  revision: string;
  atMs: number;
}

/**
 * Lists, page by page. What follows the first page is what was there when the first page was made, so that a client that
 * lists in pages and then watches from that revision misses nothing. A token that was kept too long is answered with 410.
 */
export class Lister {
  private readonly pages = new Map<string, Page>();

  constructor(
    private readonly store: ObjectStore,
    private readonly faults: Faults,
    private readonly now: () => number,
  ) {}

  list(resource: Resource, namespace: string | null, query: URLSearchParams): { objects: KubeObject[]; metadata: ListMetadata } {
    const limit = numberOf(query, 'limit') ?? 0;
    const token = query.get('continue') ?? '';
    const selector = selectorOf(query, namespace);
    if (token !== '' && this.faults.strike(['gone-410'], 'list', resource.plural) !== null) this.expireAll();
    const page = token === '' ? this.firstPage(resource, selector) : this.takePage(token);
    const objects = limit > 0 ? page.rest.slice(0, Math.min(limit, LIMIT_MAX)) : page.rest;
    const rest = page.rest.slice(objects.length);
    const metadata: ListMetadata = { resourceVersion: page.revision };
    if (rest.length > 0) {
      metadata.continue = this.keep({ ...page, rest });
      // A real server would have to read on to know how many of them a selector takes.
      if (!query.has('labelSelector') && !query.has('fieldSelector')) metadata.remainingItemCount = rest.length;
    }
    return { objects, metadata };
  }

  /** Makes every token that was given out one that was kept too long. */
  expireAll(): void {
    this.pages.clear();
  }

  private firstPage(resource: Resource, selector: Selector): Page {
    const rest = (this.store.list(resource.plural) as KubeObject[]).filter(selector);
    return { rest, revision: String(this.store.revision), atMs: this.now() };
  }

  private keep(page: Page): string {
    const token = randomUUID();
    this.pages.set(token, page);
    for (const [key, { atMs }] of this.pages) {
      if (this.pages.size <= PAGES_MAX && this.now() - atMs < PAGE_TTL_MS) break;
      this.pages.delete(key);
    }
    return token;
  }

  private takePage(token: string): Page {
    if (!UUID.test(token)) throw new ApiError('BadRequest', `invalid continue token: continue key is not valid: "${token}"`);
    const page = this.pages.get(token);
    if (page === undefined || this.now() - page.atMs > PAGE_TTL_MS) {
      throw new ApiError(
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
      );
    }
    return page;
  }
}

export function numberOf(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null || text === '') return null;
  if (!/^\d+$/.test(text)) throw new ApiError('BadRequest', `${name} must be a whole number, not "${text}"`);
  return Number(text);
}
