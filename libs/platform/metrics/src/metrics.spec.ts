import { createMetrics } from './metrics';

it('metrics carry the service, the prefix and buckets on which the targets fall', async () => {
  const metrics = createMetrics('viewing', { processMetrics: false });
  metrics.counter('views_total', 'Views', ['kind']).inc({ kind: 'tile' });
  metrics.histogram('http_request_duration_seconds', 'Time').observe(0.049);
  const text = await metrics.registry.metrics();
  expect(text).toContain('stead_views_total{kind="tile",service="viewing"} 1');
  for (const [bound, count] of [['0.025', 0], ['0.05', 1], ['0.3', 1]]) expect(text).toMatch(new RegExp(`bucket\\{le="${bound}",service="viewing"\\} ${count}\n`)); // prettier-ignore
});

it('registries of services in one process do not meet', async () => {
  const [first, second] = [createMetrics('a', { processMetrics: false }), createMetrics('b', { processMetrics: false })];
  first.gauge('queue', 'Waiting').set(1);
  second.gauge('queue', 'Waiting').set(2);
  expect(await first.registry.metrics()).toContain('stead_queue{service="a"} 1');
  expect(await second.registry.metrics()).toContain('stead_queue{service="b"} 2');
});

it('a name is taken once: a second metric of that name would hide the first', () => {
  const metrics = createMetrics('a', { processMetrics: false });
  metrics.gauge('queue', 'Waiting');
  expect(() => metrics.gauge('queue', 'Waiting')).toThrow(/already been registered/);
});
