import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { DispatchMetrics } from '../apps/dispatcher/src/application/dispatch-metrics';
import { createMetrics } from '../libs/platform/metrics/src';

const ROOT = resolve(__dirname, '..');
const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.object({ summary: z.string(), description: z.string(), runbook: z.string() }),
});
const fileSchema = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })) });
const rules = fileSchema
  .parse(parse(readFileSync(join(ROOT, 'deploy/observability/dispatcher.rules.yaml'), 'utf8')))
  .groups.flatMap((group) => group.rules);

/** For what somebody looks up without having been called. */
const ASKED_FOR = ['docs/runbooks/vault-key.md'];

describe('alerts', () => {
  const metrics = createMetrics('dispatcher', { processMetrics: false });
  DispatchMetrics.of(metrics);
  const known = new Set(metrics.registry.getMetricsAsArray().map(({ name }) => name));

  it.each(rules.map((one) => [one.alert, one] as const))(
    '%s has a runbook, a case, and speaks of metrics that there are',
    (_, one) => {
      const runbook = join(ROOT, one.annotations.runbook);
      expect(existsSync(runbook)).toBe(true);
      expect(readFileSync(runbook, 'utf8')).toMatch(new RegExp(`^# ${one.alert}\n`));
      const cases = readFileSync(join(ROOT, 'deploy/observability/dispatcher.rules.test.yaml'), 'utf8');
      expect(cases).toContain(`alertname: ${one.alert}\n`);
      for (const [name] of one.expr.matchAll(/stead_[a-z_]+/g)) expect(known).toContain(name.replace(/_(bucket|sum|count)$/, ''));
    },
  );

  it('are all there is a runbook for', () => {
    const wanted = [...rules.map((one) => one.annotations.runbook), ...ASKED_FOR].sort();
    expect(
      readdirSync(join(ROOT, 'docs/runbooks'))
        .map((name) => `docs/runbooks/${name}`)
        .sort(),
    ).toEqual(wanted);
  });
});
