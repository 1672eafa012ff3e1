import { createMetrics } from '@stead/platform/metrics';
import { PrometheusWebhookMetrics } from './prometheus-webhook.metrics';

it('counters of webhooks begin at nothing, so that the first failure and the first webhook that is disabled are a rise', async () => {
  const metrics = createMetrics('notifications', { processMetrics: false });
  const watched = new PrometheusWebhookMetrics(metrics);
  const before = await metrics.registry.metrics();
  for (const outcome of ['delivered', 'unsigned', 'timeout'])
    expect(before).toContain(`stead_webhook_tries_total{outcome="${outcome}",service="notifications"} 0`);
  for (const reason of ['gone', 'failing'])
    expect(before).toContain(`stead_webhook_disabled_total{reason="${reason}",service="notifications"} 0`);
  watched.tried('unsigned', 3);
  watched.disabled('gone');
  const after = await metrics.registry.metrics();
  expect(after).toContain('stead_webhook_tries_total{outcome="unsigned",service="notifications"} 1');
  expect(after).toContain('stead_webhook_disabled_total{reason="gone",service="notifications"} 1');
});
