import createClient, { type Client } from 'openapi-fetch';
import { mannered, type ClientOptions } from './fetching';
import type { paths } from './openapi/paths';

/** Every resource of the API with the types of its document: `api.GET('/v1/scenes/{sceneId}', { params: { path: { sceneId } } })`. */
export type SteadApi = Client<paths>;

/**
 * Answers that are no success are thrown as `ApiProblem`, so `data` is there. Each POST carries an `Idempotency-Key` of its own,
 * unless one is given, so that its retries are one request.
 */
export function steadApi(options: ClientOptions): SteadApi {
  const send = mannered(options);
  const api = createClient<paths>({ baseUrl: options.baseUrl, fetch: send });
  api.use({
    onRequest: ({ request }) => {
      if (request.method === 'POST' && !request.headers.has('idempotency-key'))
        request.headers.set('idempotency-key', crypto.randomUUID());
      return request;
    },
  });
  return api;
}
