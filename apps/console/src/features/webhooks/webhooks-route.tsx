import { createLazyRoute } from '@tanstack/react-router';
import type { JSX } from 'react';
import { useNews } from '../../app/api';
import type { StreamEvent } from '../../app/event-stream';
import { WEBHOOKS } from './queries';
import { WebhookPage } from './webhook-page';
import { WebhooksPage } from './webhooks-page';

const isOurs = ({ type }: StreamEvent): boolean => type.startsWith('webhook.');
const KEY = [WEBHOOKS];

export const webhooksLazyRoute = createLazyRoute('/settings/webhooks')({ component: List });
export const webhookLazyRoute = createLazyRoute('/settings/webhooks/$webhookId')({ component: One });

function List(): JSX.Element {
  useNews(KEY, isOurs);
  return <WebhooksPage />;
}

function One(): JSX.Element {
  useNews(KEY, isOurs);
  const { webhookId } = webhookLazyRoute.useParams();
  return <WebhookPage key={webhookId} webhookId={webhookId} />;
}
