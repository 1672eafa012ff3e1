import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { DispatchMetrics } from '../apps/dispatcher/src/application/dispatch-metrics';
import { PrometheusWebhookMetrics } from '../apps/notifications/src/adapters/prometheus-webhook.metrics';
import { createMetrics, type Metrics } from '../libs/platform/metrics/src';
import { OutboxMetrics } from '../libs/platform/outbox/src';

const ROOT = resolve(__dirname, '..');
const FOLDER = join(ROOT, 'deploy/observability');
const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.object({ summary: z.string(), description: z.string(), runbook: z.string() }),
});
const fileSchema = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })) });

/** Of whose metrics the rules of a file speak. */
const SPOKEN_OF: Record<string, (metrics: Metrics) => unknown> = {
  dispatcher: (metrics) => DispatchMetrics.of(metrics),
  notifications: (metrics) => [new PrometheusWebhookMetrics(metrics), new OutboxMetrics(metrics)],
};
const rules = Object.keys(SPOKEN_OF).flatMap((name) =>
  fileSchema
    .parse(parse(readFileSync(join(FOLDER, `${name}.rules.yaml`), 'utf8')))
    .groups.flatMap((group) => group.rules.map((one) => ({ ...one, name }))),
);

/** For what somebody looks up without having been called. */
const ASKED_FOR = ['docs/runbooks/vault-key.md'];

describe('alerts', () => {
  it.each(rules.map((one) => [one.alert, one] as const))(
    '%s has a runbook, a case, and speaks of metrics that there are',
    (_, one) => {
      const runbook = join(ROOT, one.annotations.runbook);
      expect(existsSync(runbook)).toBe(true);
      expect(readFileSync(runbook, 'utf8')).toMatch(new RegExp(`^# ${one.alert}\n`));
      const cases = readFileSync(join(FOLDER, `${one.name}.rules.test.yaml`), 'utf8');
      expect(cases).toContain(`alertname: ${one.alert}\n`);
      const known = namesOf(one.name);
      for (const [name] of one.expr.matchAll(/stead_[a-z_]+/g)) expect(known).toContain(name.replace(/_(bucket|sum|count)$/, ''));
    },
  );

  it('are in files that are checked, each with its cases', () => {
    const wanted = Object.keys(SPOKEN_OF).flatMap((name) => [`${name}.rules.test.yaml`, `${name}.rules.yaml`]);
    expect(readdirSync(FOLDER).sort()).toEqual(wanted);
  });

  it('are all there is a runbook for', () => {
    const wanted = [...rules.map((one) => one.annotations.runbook), ...ASKED_FOR].sort();
    expect(
      readdirSync(join(ROOT, 'docs/runbooks'))
        .map((name) => `docs/runbooks/${name}`)
        .sort(),
    ).toEqual(wanted);
  });
});

function namesOf(service: string): Set<string> {
  const metrics = createMetrics(service, { processMetrics: false });
  SPOKEN_OF[service]?.(metrics);
  return new Set(metrics.registry.getMetricsAsArray().map(({ name }) => name));
}
