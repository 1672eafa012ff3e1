import type { NodePhase } from '../objects/workflow';
import type { RetryStrategy } from '../objects/workflow-spec';
import { parseDurationMs } from './duration';
import { evaluateBoolean } from './expression/evaluate';
import type { Scope } from './expression/values';
import { TemplateError } from './template-error';

/** One try of a template. */
export interface Try {
  phase: NodePhase;
  message: string;
  exitCode: string | null;
  startedAtMs: number;
  finishedAtMs: number;
}

export type RetryDecision =
  | { kind: 'try' }
  | { kind: 'wait'; untilMs: number; message: string }
  | { kind: 'end'; phase: 'Succeeded' | 'Failed' | 'Error' | 'Skipped'; message: string };

/** What follows the last try, once it has ended. */
export function decideRetry(strategy: RetryStrategy, tries: readonly Try[], now: number, stopped: string | null): RetryDecision {
  const last = tries.at(-1);
  if (last === undefined) return stopped === null ? { kind: 'try' } : { kind: 'end', phase: 'Failed', message: stopped };
  if (last.phase !== 'Failed' && last.phase !== 'Error')
    return { kind: 'end', phase: last.phase === 'Skipped' ? 'Skipped' : 'Succeeded', message: '' };
  const end = (message: string): RetryDecision => ({ kind: 'end', phase: last.phase === 'Error' ? 'Error' : 'Failed', message });
  if (stopped !== null) return end(stopped);
  const policy = strategy.retryPolicy ?? (strategy.expression === undefined ? 'OnFailure' : 'Always');
  if (!isCovered(policy, last)) return end(last.message);
  if (strategy.limit !== undefined && tries.length > strategy.limit) return end('No more retries left');
  if (strategy.expression !== undefined && !evaluateBoolean(strategy.expression, scopeOf(last, tries.length - 1))) {
    return end('retryStrategy.expression evaluated to false');
  }
  return afterBackoff(strategy, tries, last, now, end);
}

/** Names that an expression of a retry strategy may use. */
export function scopeOf(last: Try, retries: number): Scope {
  return {
    lastRetry: {
      // Argo says -1 for a try that has no exit code.
      exitCode: last.exitCode ?? '-1',
      status: last.phase,
      duration: String(Math.max(0, Math.round((last.finishedAtMs - last.startedAtMs) / 1_000))),
      message: last.message,
    },
    retries: String(retries),
  };
}

const TRANSIENT = /imminent node shutdown|pod deleted|timeout|temporarily unavailable|connection refused|ContainerStatusUnknown/i;

function isCovered(policy: NonNullable<RetryStrategy['retryPolicy']>, last: Try): boolean {
  if (policy === 'Always') return true;
  if (policy === 'OnTransientError') return TRANSIENT.test(last.message);
  return policy === 'OnError' ? last.phase === 'Error' : last.phase === 'Failed';
}

function afterBackoff(
  strategy: RetryStrategy,
  tries: readonly Try[],
  last: Try,
  now: number,
  end: (message: string) => RetryDecision,
): RetryDecision {
  const { backoff } = strategy;
  if (backoff === undefined) return { kind: 'try' };
  const base = durationOf(backoff.duration, 'backoff.duration');
  if (base === null) throw new TemplateError('no base duration specified for retryStrategy');
  const cap = durationOf(backoff.cap, 'backoff.cap') ?? Infinity;
  const waitMs = Math.min(base * (backoff.factor ?? 1) ** (tries.length - 1), cap);
  const untilMs = last.finishedAtMs + waitMs;
  const maxMs = durationOf(backoff.maxDuration, 'backoff.maxDuration');
  const latestMs = maxMs === null ? Infinity : (tries[0]?.startedAtMs ?? now) + maxMs;
  if (now > latestMs) return end('Max duration limit exceeded');
  if (untilMs > latestMs) return end('Backoff would exceed max duration limit');
  return now >= untilMs
    ? { kind: 'try' }
    : { kind: 'wait', untilMs, message: `Backoff for ${Math.round(waitMs / 100) / 10} seconds` };
}

function durationOf(text: string | undefined, field: string): number | null {
  if (text === undefined || text === '') return null;
  const ms = parseDurationMs(text);
  if (ms === null) throw new TemplateError(`retryStrategy.${field}: "${text}" is no duration`);
  return ms;
}
