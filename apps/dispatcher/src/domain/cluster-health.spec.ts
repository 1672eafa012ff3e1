import fc from 'fast-check';
import { DEFAULT_HEALTH_POLICY, afterProbe, afterSweep, newHealth, type Health, type Probe } from './cluster-health';

const POLICY = DEFAULT_HEALTH_POLICY;
const OK: Probe = { kind: 'ok' };
const SILENT: Probe = { kind: 'silent', detail: 'no answer' };
const REFUSED: Probe = { kind: 'refused', detail: '401' };

/** The states after each probe, two seconds apart. */
function states(
  probes: readonly Probe[],
  from = newHealth(POLICY),
  startMs = 0,
): { states: string[]; health: Health; atMs: number } {
  let health = from;
  let atMs = startMs;
  const seen = probes.map((probe) => {
    atMs += POLICY.probeMs;
    health = afterProbe(health, probe, POLICY, atMs);
    return health.state;
  });
  return { states: seen, health, atMs };
}
const times = (count: number, probe: Probe): Probe[] => Array.from({ length: count }, () => probe);

describe('the health of a cluster', () => {
  it('is not touched by one lost probe', () => {
    expect(states([OK, SILENT, OK, SILENT, OK]).states).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  it('is suspect after two lost probes and open after ten seconds', () => {
    expect(states([OK, ...times(7, SILENT)]).states).toEqual([
      'ok',
      'ok',
      'suspect',
      'suspect',
      'suspect',
      'suspect',
      'open',
      'open',
    ]);
  });

  it('comes back in steps: ten seconds of answers, a sweep, ten seconds on trial', () => {
    const dark = states([OK, ...times(7, SILENT)]);
    const trial = states(times(6, OK), dark.health, dark.atMs);
    expect(trial.states).toEqual(['open', 'open', 'open', 'open', 'open', 'half-open']);
    const unswept = states(times(10, OK), trial.health, trial.atMs);
    expect(unswept.states.at(-1)).toBe('half-open');
    expect(states([OK], afterSweep(unswept.health), unswept.atMs).states).toEqual(['ok']);
  });

  it('waits twice as long for the next trial after a relapse', () => {
    const dark = states([OK, ...times(7, SILENT)]);
    const trial = states(times(6, OK), dark.health, dark.atMs);
    const relapse = states(times(2, SILENT), trial.health, trial.atMs);
    expect(relapse.states).toEqual(['half-open', 'open']);
    expect(relapse.health.holdMs).toBe(2 * POLICY.closeAfterMs);
    const again = states(times(11, OK), relapse.health, relapse.atMs);
    expect(again.states.slice(-2)).toEqual(['open', 'half-open']);
  });

  it('never calls an answer silence: refused credentials lose no work', () => {
    expect(states([OK, ...times(20, REFUSED), OK]).states.slice(-2)).toEqual(['misconfigured', 'ok']);
  });

  it('counts a silence from its first lost probe, also one that another leader saw begin', () => {
    const health = { ...newHealth(POLICY), silentSinceMs: -50_000 };
    const after = states(times(2, SILENT), health);
    expect(after.states).toEqual(['unknown', 'open']);
    expect(after.health.silentSinceMs).toBe(-50_000);
  });

  it('is open only after ten seconds without a single answer, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(OK, SILENT, REFUSED), { maxLength: 60 }), (probes) => {
        let health = newHealth(POLICY);
        let atMs = 0;
        let lastAnswerMs = 0;
        for (const probe of probes) {
          atMs += POLICY.probeMs;
          const before = health.state;
          health = afterProbe(health, probe, POLICY, atMs);
          if (probe.kind !== 'silent') lastAnswerMs = atMs;
          if (health.state === 'open' && before !== 'open' && before !== 'half-open') {
            expect(atMs - lastAnswerMs).toBeGreaterThanOrEqual(POLICY.openAfterMs);
          }
        }
      }),
    );
  });
});
