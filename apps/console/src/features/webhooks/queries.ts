import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { components, paths } from '@stead/web/api-client';
import { body, retry, useApi, useRead } from '../../app/api';

type Schemas = components['schemas'];
type Asked = paths['/v1/webhooks']['post']['requestBody']['content']['application/json'];
export type Webhook = Schemas['Webhook'];
export type NewWebhook = Schemas['NewWebhook'];
export type Delivery = Schemas['WebhookDelivery'];
export type EventType = Asked['eventTypes'][number];
export interface Shown {
  webhook: Webhook;
  /** The entity tag that a change of it names. */
  tag: string;
}

export const WEBHOOKS = 'webhooks';
export const READS = 'webhooks:read';
export const WRITES = 'webhooks:write';
const PAGE_SIZE = 20;
/** While something is on its way: nothing else tells how a try went. */
const WATCH_MS = 1_500;

export function useWebhooks(): UseQueryResult<{ items: Webhook[] }> {
  return useRead([WEBHOOKS, 'list'], async (api) => body(await api.GET('/v1/webhooks')));
}

export function useWebhook(webhookId: string): UseQueryResult<Shown> {
  return useRead([WEBHOOKS, 'one', webhookId], async (api) => {
    const answer = await api.GET('/v1/webhooks/{webhookId}', { params: { path: { webhookId } } });
    return { webhook: body(answer), tag: answer.response.headers.get('etag') ?? '*' };
  });
}

type Query = NonNullable<paths['/v1/webhooks/{webhookId}/deliveries']['get']['parameters']['query']>;

export function useDeliveries(
  webhookId: string,
  filter: { state?: string; eventType?: string },
  cursor: string,
): UseQueryResult<{ items: Delivery[]; next: string | null }> {
  const api = useApi();
  const query = { ...filter, ...(cursor === '' ? {} : { cursor }), limit: PAGE_SIZE } as Query; // from the address: the server checks it
  return useQuery({
    queryKey: [WEBHOOKS, 'log', webhookId, JSON.stringify(query)],
    queryFn: async () => body(await api.GET('/v1/webhooks/{webhookId}/deliveries', { params: { path: { webhookId }, query } })),
    retry,
    refetchInterval: ({ state: { data } }) =>
      data?.items.some(({ state }) => state === 'waiting' || state === 'sending') === true ? WATCH_MS : false,
  });
}
