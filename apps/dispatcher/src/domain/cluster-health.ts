import type { ClusterHealth } from '@stead/contracts/dispatcher';

export interface HealthPolicy {
  probeMs: number;
  probeTimeoutMs: number;
  /** Failed probes in a row before the cluster gets no new work. */
  suspectAfter: number;
  /** Silence that opens the breaker: running attempts become uncertain, waiting ones go elsewhere. */
  openAfterMs: number;
  /** Answers without a gap before an open cluster gets a trial run, and the same again before it counts as well. */
  closeAfterMs: number;
  /** The wait for a trial doubles with each relapse, up to this. */
  closeAfterMaxMs: number;
}

export const DEFAULT_HEALTH_POLICY: HealthPolicy = {
  probeMs: 2_000,
  probeTimeoutMs: 2_000,
  suspectAfter: 2,
  openAfterMs: 10_000,
  closeAfterMs: 10_000,
  closeAfterMaxMs: 300_000,
};

/** `silent`: no answer. `refused`: an answer that says our set-up is wrong, which no waiting cures and which loses no work. */
export type Probe = { kind: 'ok' } | { kind: 'silent'; detail: string } | { kind: 'refused'; detail: string };

export interface Health {
  state: ClusterHealth;
  detail: string | null;
  failures: number;
  /** Of the first failed probe of the present silence. */
  silentSinceMs: number | null;
  /** Of the first answer after which no probe failed. */
  answersSinceMs: number | null;
  holdMs: number;
  /** Nothing that was given up is left on the cluster. */
  swept: boolean;
}

export function newHealth(policy: HealthPolicy): Health {
  const fresh = { failures: 0, silentSinceMs: null, answersSinceMs: null, holdMs: policy.closeAfterMs };
  return { state: 'unknown', detail: null, swept: false, ...fresh };
}

/**
 * A cluster as its probes show it. One lost probe changes nothing; a cluster that comes back gets real work only after it has
 * answered for a while and what was given up on it has been swept, and then one run at a time.
 *
 *   ok ── 2 failures ──▶ suspect ── silent for `openAfterMs` ──▶ open ── answers for `holdMs` ──▶ half-open ── again, and swept ──▶ ok
 *   ▲                      │                                      ▲                                  │
 *   └──────── an answer ───┘                                      └──── silent (hold doubles) ───────┘
 */
export function afterProbe(health: Health, probe: Probe, policy: HealthPolicy, nowMs: number): Health {
  switch (probe.kind) {
    case 'ok':
      return afterAnswer(health, policy, nowMs);
    case 'silent':
      return afterSilence(health, probe.detail, policy, nowMs);
    case 'refused':
      return { ...health, state: 'misconfigured', detail: probe.detail, failures: 0, silentSinceMs: null, answersSinceMs: null };
  }
}

/** The sweep is done: everything that was given up on the cluster is known to be over. */
export function afterSweep(health: Health): Health {
  return { ...health, swept: true };
}

function afterAnswer(health: Health, policy: HealthPolicy, nowMs: number): Health {
  const answersSinceMs = health.answersSinceMs ?? nowMs;
  const answered = { ...health, failures: 0, silentSinceMs: null, answersSinceMs };
  const answersForMs = nowMs - answersSinceMs;
  switch (health.state) {
    case 'unknown':
    case 'suspect':
    case 'misconfigured':
      return { ...answered, state: 'ok', detail: null };
    case 'open':
      if (answersForMs < health.holdMs) return { ...answered, silentSinceMs: health.silentSinceMs };
      return { ...answered, state: 'half-open', answersSinceMs: nowMs, detail: 'answers again; trying one run at a time' };
    case 'half-open':
      if (answersForMs < policy.closeAfterMs || !health.swept) return answered;
      return { ...answered, state: 'ok', detail: null, holdMs: policy.closeAfterMs };
    case 'ok':
      return answered;
  }
}

function afterSilence(health: Health, detail: string, policy: HealthPolicy, nowMs: number): Health {
  const failures = health.failures + 1;
  const silentSinceMs = health.silentSinceMs ?? nowMs;
  const silent = { ...health, failures, silentSinceMs, answersSinceMs: null, detail };
  if (health.state === 'open') return silent;
  if (health.state === 'half-open') {
    if (failures < policy.suspectAfter) return { ...silent, detail: health.detail };
    return { ...silent, state: 'open', swept: false, holdMs: Math.min(policy.closeAfterMaxMs, health.holdMs * 2) };
  }
  if (nowMs - silentSinceMs >= policy.openAfterMs && failures >= policy.suspectAfter)
    return { ...silent, state: 'open', swept: false };
  if (failures >= policy.suspectAfter) return { ...silent, state: 'suspect' };
  return { ...silent, detail: health.detail };
}
