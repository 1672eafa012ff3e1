import type { HealthPolicy } from './health-policy';
import { phi, withInterval, type Intervals } from './phi-accrual';

/**
 * What `GET /readyz` came to. `refusal`: an answer that says our set-up is wrong, which no waiting cures; not `reached` when the
 * cluster was not even asked (the kubeconfig is unreadable, the certificate is not of the CA that it names).
 */
export type ReadyOutcome =
  { kind: 'answer' } | { kind: 'refusal'; detail: string; reached: boolean } | { kind: 'silence'; detail: string };

/** What has been heard of a cluster. Times are monotonic milliseconds. */
export interface Liveness {
  intervals: Intervals;
  /** Of the last answer to a probe; before there was one, since when we listen. */
  answeredMs: number;
  /** Of the last sign of life of any kind. */
  heardMs: number;
  /** Any answer since we listen. */
  answered: boolean;
  /** What the last probe that failed came to. */
  failure: string | null;
}

/** `unheard`: there was no answer yet, and it is not late. */
export type Life = 'unheard' | 'alive' | 'doubtful' | 'silent';

export function listening(nowMs: number, intervals: Intervals = []): Liveness {
  return { intervals, answeredMs: nowMs, heardMs: nowMs, answered: false, failure: null };
}

/**
 * Two clocks, because two things are asked. Whether to doubt is a matter of answers to probes; whether the cluster is gone is a
 * matter of anything at all: while its watches still speak, it is not.
 */
export function assessLife(life: Liveness, policy: HealthPolicy, nowMs: number): Life {
  const silentMs = nowMs - life.heardMs;
  const isGone = silentMs >= policy.openAfterMs && phi(life.intervals, silentMs, policy) >= policy.openPhi;
  if (isGone || silentMs >= policy.openMaxMs) return 'silent';
  return isLate(life, policy, nowMs) ? 'doubtful' : life.answered ? 'alive' : 'unheard';
}

function isLate(life: Liveness, policy: HealthPolicy, nowMs: number): boolean {
  const unansweredMs = nowMs - life.answeredMs;
  if (unansweredMs < policy.suspectAfterMs) return false;
  return unansweredMs >= policy.suspectMaxMs || phi(life.intervals, unansweredMs, policy) >= policy.suspectPhi;
}

export function afterReadyz(life: Liveness, outcome: ReadyOutcome, policy: HealthPolicy, nowMs: number): Liveness {
  switch (outcome.kind) {
    case 'answer':
      return afterAnswer(life, policy, nowMs);
    case 'refusal':
      // Nobody was asked, so nobody was silent.
      if (!outcome.reached) return { ...listening(nowMs, life.intervals), failure: outcome.detail };
      return { ...afterAnswer(life, policy, nowMs), failure: outcome.detail };
    case 'silence':
      return { ...life, failure: outcome.detail };
  }
}

/** A gap that raised doubts is a failure and not a habit: learning it would make the next one look normal. */
function afterAnswer(life: Liveness, policy: HealthPolicy, nowMs: number): Liveness {
  const isHabit = life.answered && !isLate(life, policy, nowMs);
  const intervals = isHabit ? withInterval(life.intervals, nowMs - life.answeredMs, policy) : life.intervals;
  return { intervals, answeredMs: nowMs, heardMs: nowMs, answered: true, failure: null };
}

/** Something else than an answer to a probe: an event of a watch, the answer to a write. */
export function afterSign(life: Liveness, nowMs: number): Liveness {
  return { ...life, heardMs: Math.max(life.heardMs, nowMs) };
}

/**
 * When the next probe is due: at the pace, and at every look at the clock while the oldest that waits is late. Packets get
 * lost; whoever asks once and waits takes a lost packet for a lost cluster. One that is gone is asked at the pace again.
 */
export function isProbeDue(
  {
    waitingSinceMs,
    waiting,
    sentMs,
    isGone,
  }: { waitingSinceMs: number | null; waiting: number; sentMs: number; isGone: boolean },
  policy: HealthPolicy,
  nowMs: number,
): boolean {
  if (waiting >= policy.probesMax) return false;
  const isLate = waitingSinceMs !== null && nowMs - waitingSinceMs >= policy.probeTimeoutMs / 2;
  return nowMs - sentMs >= (isLate && !isGone ? policy.tickMs : policy.probeMs);
}
