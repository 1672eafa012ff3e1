import fc from 'fast-check';
import { clusterHealthSchema, type ClusterHealth } from '@stead/contracts/dispatcher';
import { reachableFrom, transition, type Verdict } from '@stead/platform/machine';
import { healthTransitions, type HealthEvent } from './cluster-health.machine';

const states = Object.keys(healthTransitions) as ClusterHealth[];
const events = Object.keys(healthTransitions.ok) as HealthEvent[];
const cells = states.flatMap((state) => events.map((event) => [state, event] as const));

/** What each event may lead to, and from where it may not come at all. */
const LEADS: Readonly<Record<HealthEvent, { to: ClusterHealth; from: readonly ClusterHealth[] }>> = {
  answer: { to: 'ok', from: ['unknown', 'suspect', 'misconfigured'] },
  return: { to: 'half-open', from: ['unknown', 'suspect', 'open', 'misconfigured', 'degraded'] },
  doubt: { to: 'suspect', from: ['ok', 'half-open'] },
  silence: { to: 'open', from: ['unknown', 'ok', 'suspect', 'half-open', 'misconfigured', 'degraded'] },
  refuse: { to: 'misconfigured', from: ['unknown', 'ok', 'suspect', 'open', 'half-open', 'degraded'] },
  impair: { to: 'degraded', from: ['unknown', 'ok', 'suspect', 'open', 'half-open', 'misconfigured'] },
  fail: { to: 'degraded', from: ['half-open'] },
  trust: { to: 'ok', from: ['half-open'] },
};

describe('the states of a cluster', () => {
  it.each(cells)('%s on %s', (state, event) => {
    const { to, from } = LEADS[event];
    const verdict = transition(healthTransitions, state, event);
    if (from.includes(state)) expect(verdict).toEqual({ kind: 'move', to });
    else expect(verdict.kind).not.toBe('move');
  });

  it('are those that are told to people', () => {
    expect([...states].sort()).toEqual([...clusterHealthSchema.options].sort());
  });

  it('can all come about', () => {
    expect([...reachableFrom(healthTransitions, 'unknown')].sort()).toEqual([...states].sort());
  });

  it('lead from an outage to trust through trials alone, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 80 }), (order) => {
        let state: ClusterHealth = 'unknown';
        // As `cluster-health.ts` keeps it: whoever was gone or could not work has to prove itself.
        let mustProve = false;
        for (const event of order) {
          if (event === 'answer' && mustProve) continue;
          const verdict: Verdict<ClusterHealth> = transition(healthTransitions, state, event);
          if (verdict.kind !== 'move') continue;
          if (verdict.to === 'ok' && mustProve) expect([state, event]).toEqual(['half-open', 'trust']);
          if (verdict.to === 'open' || verdict.to === 'degraded') mustProve = true;
          if (verdict.to === 'ok') mustProve = false;
          state = verdict.to;
        }
      }),
    );
  });
});
