import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { nodeArguments } from '../testing/program';

const policy = z.object({
  ...{ name: z.string(), savedPct: z.number(), regretPct: z.number() },
  ...{ latePct: z.number(), meanWaitS: z.number(), utilisation: z.number() },
});
const printed = z.object({
  policies: z.array(policy).min(5),
  workload: z.object({ load: z.number() }),
  seeds: z.array(z.number()),
});

function simulate(...args: string[]): { status: number | null; out: string; complained: string } {
  const ran = spawnSync(process.execPath, [...nodeArguments('apps/dispatcher/src/main.simulate.ts'), ...args], {
    encoding: 'utf8',
  });
  return { status: ran.status, out: ran.stdout, complained: ran.stderr };
}

it('prints one object with every policy, what it is true of, and the seeds', () => {
  const { status, out } = simulate('--json', '--days', '1', '--seeds', '2', '--seed', '7', '--load', '0.8');
  expect(status).toBe(0);
  const { policies, workload, seeds } = printed.parse(JSON.parse(out));
  expect(policies.map(({ name }) => name)).toEqual(expect.arrayContaining(['onprem-first', 'burst-when-full', 'cloud-only']));
  expect([workload.load, seeds]).toEqual([0.8, [7, 8]]);
});

it.each([
  ['--load', 'much', '--load'],
  ['--seeds', '0', '--seeds'],
  ['--outage', '36-30', '--outage'],
  ['--batch-min', '30', '--batch-min'],
  ['--preset', 'none', '--preset'],
  ['--unknown', '1', '--unknown'],
])('refuses %s %s and names the option', (option, value, named) => {
  const { status, out, complained } = simulate(option, value);
  expect([status === 0, out]).toEqual([false, '']);
  expect(complained).toContain(named);
  expect(complained).not.toContain('    at ');
});
