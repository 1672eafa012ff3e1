import type { ClusterHealth } from '@stead/contracts/dispatcher';
import { transition } from '@stead/platform/machine';
import { healthTransitions, type HealthEvent } from './cluster-health.machine';
import { skipped, type Health } from './health';
import type { HealthPolicy } from './health-policy';
import { afterReadyz, afterSign, assessLife, listening, type Life, type ReadyOutcome } from './liveness';
import { UNTESTED, afterSubmission, afterWrite, areRefused, isSettled, wouldTakeWork, type WriteOutcome } from './write-signal';

const TRIALS_MAX = 8;
const FALLS_MAX = 10;
/** New work goes there, be it on trial. To leave these for anything but a refusal is a fall. */
const TRUSTED: ReadonlySet<ClusterHealth> = new Set(['ok', 'half-open']);

/**
 * What a probe came to, and what follows:
 *
 *   ok ── φ ≥ 5 ──▶ suspect ── φ ≥ 8 and `openAfterMs` without a sign of life ──▶ open ── well for the hold ──▶ half-open ── trials ──▶ ok
 *   ▲                 │  └── now and then an answer ──▶ degraded ── well for the hold ──▶ half-open
 *   └── steady again ─┘
 *
 * `degraded` answers and takes no work: synthetic writes fail, no workflow controller looks at workflows, or a trial run failed.
 * Running work is left alone there, as it is where our set-up is refused (`misconfigured`).
 */
export function afterProbe(health: Health, outcome: ReadyOutcome, policy: HealthPolicy, nowMs: number): Health {
  const refusal = outcome.kind === 'refusal' ? outcome.detail : outcome.kind === 'answer' ? null : health.refusal;
  // Whoever could not even ask has no silence to count.
  const asked = outcome.kind === 'refusal' && !outcome.reached ? { ...health, silentSinceMs: null } : health;
  return settled({ ...asked, life: afterReadyz(health.life, outcome, policy, nowMs), refusal }, policy, nowMs);
}

/** What a synthetic write came to. By itself it opens nothing, whatever it came to. */
export function afterSyntheticWrite(health: Health, outcome: WriteOutcome, policy: HealthPolicy, nowMs: number): Health {
  const life = outcome.kind === 'accepted' ? afterSign(health.life, nowMs) : health.life;
  return settled({ ...health, life, write: afterWrite(health.write, outcome, policy.writeFailuresMax) }, policy, nowMs);
}

/** A real submission was taken, or the cluster answered it with a failure of its own. */
export function afterPost(health: Health, failure: string | null, policy: HealthPolicy, nowMs: number): Health {
  return settled({ ...health, submissions: afterSubmission(health.submissions, failure, nowMs) }, policy, nowMs);
}

/** A sign of life that nobody asked for. */
export function afterNews(health: Health, nowMs: number): Health {
  return { ...health, life: afterSign(health.life, nowMs) };
}

/** A look at the clock, with the workflow that shows that no controller works, if one does. Time that nobody listened to is skipped. */
export function afterTick(health: Health, ignoredWorkflow: string | null, policy: HealthPolicy, nowMs: number): Health {
  const pausedMs = pausedForMs(health, policy, nowMs);
  const listened = pausedMs > 0 ? skipped(health, pausedMs, nowMs) : health;
  return settled({ ...listened, ignoredWorkflow, tickedMs: nowMs }, policy, nowMs);
}

/** For how long nobody has looked at the clock although it was time: a process that was stopped, or had no processor. */
export function pausedForMs({ tickedMs }: Health, { pauseMs, tickMs }: HealthPolicy, nowMs: number): number {
  const gapMs = nowMs - tickedMs;
  return gapMs > pauseMs ? gapMs - tickMs : 0;
}

/** When the next synthetic write is due: at its slow pace while all is well, at the pace of probes while it is not, never blindly. */
export function isWriteDue(
  { life, write, state, enteredMs, answersSinceMs }: Health,
  wroteMs: number,
  policy: HealthPolicy,
  nowMs: number,
): boolean {
  if (!life.answered || (state !== 'unknown' && answersSinceMs === null)) return false;
  const isCalm = isSettled(write) && (state === 'ok' || state === 'half-open') && enteredMs <= wroteMs;
  return nowMs - wroteMs >= (isCalm ? policy.writeProbeMs : policy.probeMs);
}

/** The sweep is done: everything that was given up on the cluster is known to be over. */
export function afterSweep(health: Health, nowMs: number): Health {
  return health.swept ? health : { ...health, swept: true, rampedMs: nowMs };
}

/** An attempt that was on trial has shown a running pod. */
export function afterProof(health: Health, nowMs: number): Health {
  return health.state === 'half-open' && health.swept ? trustedMore(health, nowMs) : health;
}

/** An attempt that was on trial was refused, or never began, by the cluster's fault. It answers, so nothing is uncertain. */
export function afterFailedTrial(health: Health, detail: string, nowMs: number): Health {
  return moved(health, 'fail', `a trial run failed: ${detail}`, nowMs);
}

/** Whether attempts are there that have not shown a pod yet. An idle cluster cannot be proved by them. */
export function withTrials(health: Health, onTrial: boolean): Health {
  return health.onTrial === onTrial ? health : { ...health, onTrial };
}

/** It was we who heard nothing: the silence begins anew. */
export function withSilenceAnew(health: Health, nowMs: number): Health {
  if (health.silentSinceMs === null) return health;
  const life = listening(nowMs, health.life.intervals);
  return { ...health, life, silentSinceMs: nowMs, silenceProven: false, wellSinceMs: null };
}

type Condition = 'unheard' | 'well' | 'untested' | 'doubtful' | 'silent' | 'refused' | 'impaired';

function settled(before: Health, policy: HealthPolicy, nowMs: number): Health {
  const life = assessLife(before.life, policy, nowMs);
  const condition = conditionOf(before, life, policy, nowMs);
  const health = calmed(
    {
      ...before,
      ...silenceOf(before, life, nowMs),
      wellSinceMs: condition === 'well' ? (before.wellSinceMs ?? nowMs) : null,
    },
    policy,
    nowMs,
  );
  const event = eventOf(health, condition, policy, nowMs);
  if (event !== null) return moved(health, event, detailOf(health, event, condition, nowMs), nowMs);
  if (health.state === 'half-open') return ramped(health, condition, policy, nowMs);
  return isHeld(health) ? { ...health, detail: heldDetail(health, policy) } : health;
}

function silenceOf(
  health: Health,
  life: Life,
  nowMs: number,
): Pick<Health, 'silentSinceMs' | 'answersSinceMs' | 'silenceProven'> {
  switch (life) {
    case 'alive':
      return { silentSinceMs: null, answersSinceMs: health.answersSinceMs ?? nowMs, silenceProven: false };
    case 'unheard':
      return { silentSinceMs: health.silentSinceMs, answersSinceMs: null, silenceProven: false };
    case 'doubtful':
    case 'silent': {
      const silentSinceMs = health.silentSinceMs ?? health.life.heardMs;
      return { silentSinceMs, answersSinceMs: null, silenceProven: life === 'silent' };
    }
  }
}

function conditionOf(health: Health, life: Life, policy: HealthPolicy, nowMs: number): Condition {
  const { refusal, write, submissions, ignoredWorkflow } = health;
  if (life === 'silent' || life === 'doubtful') return life;
  if (refusal !== null || write.verdict === 'refused') return 'refused';
  if (life === 'unheard') return 'unheard';
  const takesNone = areRefused(submissions, policy.writeFailuresMax, policy.submissionsMs, nowMs);
  if (write.verdict === 'failing' || takesNone || ignoredWorkflow !== null) return 'impaired';
  return wouldTakeWork(write) ? 'well' : 'untested';
}

/** What the machine is told; null while it is too early for anything. */
function eventOf(health: Health, condition: Condition, policy: HealthPolicy, nowMs: number): HealthEvent | null {
  const { state, answersSinceMs, wellSinceMs } = health;
  // Only up to the last answer: the time since may already be the next silence.
  const { answeredMs } = health.life;
  if (condition === 'silent') return 'silence';
  if (condition === 'refused' && !health.life.answered) return 'refuse';
  if (state === 'open' && (answersSinceMs === null || answeredMs - answersSinceMs < holdMs(health, policy))) return null;
  if (condition === 'refused') return 'refuse';
  if (condition === 'impaired') return 'impair';
  const isSteady = wellSinceMs !== null && Math.max(0, answeredMs - wellSinceMs) >= holdMs(health, policy);
  if (isSteady && !TRUSTED.has(state)) return health.trials === null ? 'answer' : 'return';
  if (state === 'suspect' && nowMs - health.enteredMs >= policy.unsteadyAfterMs) return 'impair';
  return condition === 'doubtful' ? 'doubt' : null;
}

/** How long nothing may be wrong before the state is left for a better one. */
export function holdMs({ state, falls }: Health, policy: HealthPolicy): number {
  const times = 2 ** Math.max(0, falls - 1);
  switch (state) {
    case 'suspect':
    case 'misconfigured':
      return Math.min(policy.holdMaxMs, policy.steadyMs * times);
    case 'open':
    case 'degraded':
      return Math.min(policy.holdMaxMs, policy.closeAfterMs * times);
    case 'unknown':
    case 'ok':
    case 'half-open':
      return 0;
  }
}

/** Well again, and not for long enough yet. */
function isHeld({ state, wellSinceMs }: Health): boolean {
  return wellSinceMs !== null && (state === 'open' || state === 'degraded');
}

function heldDetail(health: Health, policy: HealthPolicy): string {
  return `answers again; takes runs on trial once nothing has been wrong for ${Math.round(holdMs(health, policy) / 1000)} s`;
}

function detailOf(health: Health, event: HealthEvent, condition: Condition, nowMs: number): string | null {
  const { life, refusal, write, submissions, ignoredWorkflow } = health;
  switch (event) {
    case 'silence':
      return lateDetail('no sign of life', nowMs - life.heardMs, life.failure);
    case 'doubt':
      return lateDetail('no answer', nowMs - life.answeredMs, life.failure);
    case 'refuse':
      return refusal ?? write.detail;
    case 'impair':
      if (condition !== 'impaired') return 'answers only now and then';
      if (write.verdict === 'failing') return `takes no writes: ${write.detail ?? ''}`;
      if (ignoredWorkflow === null) return `takes no workflows: ${submissions.detail ?? ''}`;
      return `its workflow controller has not looked at ${ignoredWorkflow}; what runs there goes on`;
    case 'return':
      return 'answers again; takes runs on trial until it has proved itself';
    case 'answer':
    case 'fail':
    case 'trust':
      return null;
  }
}

function lateDetail(what: string, forMs: number, failure: string | null): string {
  return `${what} for ${Math.round(forMs / 1000)} s${failure === null ? '' : `: ${failure}`}`;
}

function moved(health: Health, event: HealthEvent, detail: string | null, nowMs: number): Health {
  const verdict = transition(healthTransitions, health.state, event);
  if (verdict.kind === 'reject') throw new Error(`a cluster that is ${health.state} cannot ${event}`);
  if (verdict.kind === 'ignore') return isCause(event) ? { ...health, detail } : health;
  const { to } = verdict;
  const fell = TRUSTED.has(health.state) && (to === 'suspect' || to === 'open' || to === 'degraded');
  const starts = { ...health, state: to, detail, enteredMs: nowMs, rampedMs: nowMs, calmSinceMs: nowMs };
  const fallen = fell ? { ...starts, falls: Math.min(FALLS_MAX, health.falls + 1) } : starts;
  if (to === 'ok') return { ...fallen, detail: null, trials: null };
  if (to !== 'open' && to !== 'degraded') return fallen;
  // What it could do before says nothing about what it can do afterwards.
  return { ...fallen, trials: 1, swept: false, wellSinceMs: null, write: to === 'open' ? UNTESTED : health.write };
}

/** Events that say again why a state is what it is, in words that may have changed. */
function isCause(event: HealthEvent): boolean {
  return event === 'refuse' || event === 'impair';
}

/**
 * Each proof doubles the trials, 1-2-4-8, and then there is nothing left to prove. Where nothing is on trial, because nobody asks
 * for anything, another `closeAfterMs` of being well stands for a proof: an idle cluster would be on trial for ever.
 */
function ramped(health: Health, condition: Condition, policy: HealthPolicy, nowMs: number): Health {
  if (health.onTrial || !health.swept || condition !== 'well') return { ...health, rampedMs: nowMs };
  return health.life.answeredMs - health.rampedMs >= policy.closeAfterMs ? trustedMore(health, nowMs) : health;
}

function trustedMore(health: Health, nowMs: number): Health {
  const trials = (health.trials ?? 1) * 2;
  return trials > TRIALS_MAX ? moved(health, 'trust', null, nowMs) : { ...health, trials, rampedMs: nowMs };
}

/** A long good time makes up for an earlier fall. */
function calmed(health: Health, { calmMs }: HealthPolicy, nowMs: number): Health {
  if (health.state !== 'ok' || health.falls === 0) return health;
  return nowMs - health.calmSinceMs < calmMs ? health : { ...health, falls: health.falls - 1, calmSinceMs: nowMs };
}
