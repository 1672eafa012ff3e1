import type { ClusterHealth } from '@stead/contracts/dispatcher';
import { listening, type Liveness } from './liveness';
import { NO_SUBMISSIONS, UNTESTED, type Submissions, type WriteSignal } from './write-signal';

/** A cluster as three signals show it. Times are monotonic milliseconds; a later one never stands before an earlier one. */
export interface Health {
  state: ClusterHealth;
  /** Why it is not `ok`, for people. */
  detail: string | null;
  life: Liveness;
  write: WriteSignal;
  submissions: Submissions;
  /** What the last probe was refused with. */
  refusal: string | null;
  /** The workflow that no controller looks at. */
  ignoredWorkflow: string | null;
  /** Of the last sign of life before the present silence; null while there is none. */
  silentSinceMs: number | null;
  /** Of the first answer after which none was late. */
  answersSinceMs: number | null;
  /** The silence is this leader's own finding, and not only the memory of the one before. */
  silenceProven: boolean;
  /** Since when nothing at all is wrong. */
  wellSinceMs: number | null;
  enteredMs: number;
  /** How often it fell lately, from being trusted: each doubles the wait before it is tried again. */
  falls: number;
  calmSinceMs: number;
  /** How many attempts at a time may be there that have not shown a pod yet; null where it has nothing to prove. */
  trials: number | null;
  rampedMs: number;
  /** Such attempts are there. */
  onTrial: boolean;
  /** Nothing that was given up is left on the cluster. */
  swept: boolean;
  /** Of the last look at the clock. */
  tickedMs: number;
  /** Time in all that nobody listened. */
  skippedMs: number;
}

/** What the next leader has to know. */
export interface HealthMemory {
  state: ClusterHealth;
  /** Only as much as was listened to. */
  silentForMs: number | null;
  falls: number;
  trials: number | null;
}

/** What the next leader goes on from. The others are found out within seconds. */
const REMEMBERED: ReadonlySet<ClusterHealth> = new Set(['open', 'half-open', 'degraded']);

export function newHealth(nowMs: number): Health {
  return {
    ...{ state: 'unknown', detail: null, life: listening(nowMs), write: UNTESTED, submissions: NO_SUBMISSIONS },
    ...{
      refusal: null,
      ignoredWorkflow: null,
      silentSinceMs: null,
      answersSinceMs: null,
      silenceProven: false,
      wellSinceMs: null,
    },
    ...{ enteredMs: nowMs, falls: 0, calmSinceMs: nowMs, trials: null, rampedMs: nowMs, onTrial: false, swept: false },
    ...{ tickedMs: nowMs, skippedMs: 0 },
  };
}

/** As the last leader left it. The time between the two is nobody's finding: it counts neither as silence nor as answers. */
export function restoredHealth({ state, silentForMs, falls, trials }: HealthMemory, nowMs: number): Health {
  return {
    ...newHealth(nowMs),
    ...(REMEMBERED.has(state) ? { state, trials: trials ?? 1, detail: 'as the last leader found it' } : { trials }),
    silentSinceMs: silentForMs === null ? null : nowMs - silentForMs,
    falls,
  };
}

export function memoryOf(health: Health, nowMs: number): HealthMemory {
  const { state, falls, trials } = health;
  return { state, falls, trials, silentForMs: silentForMs(health, nowMs) };
}

/** Up to the last look at the clock: if that was long ago it was we who stood still. */
export function silentForMs({ silentSinceMs, tickedMs }: Health, nowMs: number): number | null {
  return silentSinceMs === null ? null : Math.max(0, Math.min(nowMs, tickedMs) - silentSinceMs);
}

/** A clock that stands still while nobody listens. */
export function listenedMs({ tickedMs, skippedMs }: Health): number {
  return tickedMs - skippedMs;
}

/** Attempts that may be there without having shown a pod; null where there is no limit, 0 where no new one may go. */
export function trialsAllowed({ state, trials }: Health): number | null {
  return state === 'ok' ? null : state === 'half-open' ? (trials ?? 1) : 0;
}

/** Moves every mark by the time in which nobody listened. */
export function skipped(health: Health, ms: number, nowMs: number): Health {
  const later = (markMs: number): number => Math.min(nowMs, markMs + ms);
  const laterOrNull = (markMs: number | null): number | null => (markMs === null ? null : later(markMs));
  const { life } = health;
  return {
    ...health,
    skippedMs: health.skippedMs + ms,
    life: { ...life, answeredMs: later(life.answeredMs), heardMs: later(life.heardMs) },
    silentSinceMs: laterOrNull(health.silentSinceMs),
    answersSinceMs: laterOrNull(health.answersSinceMs),
    wellSinceMs: laterOrNull(health.wellSinceMs),
    enteredMs: later(health.enteredMs),
    calmSinceMs: later(health.calmSinceMs),
    rampedMs: later(health.rampedMs),
  };
}
