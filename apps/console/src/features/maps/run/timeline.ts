import type { Run } from '../queries';

export interface Bar {
  step: string;
  state: Run['steps'][number]['state'];
  /** 0 to 1 of the time that is shown. */
  from: number;
  to: number;
}
export interface Band {
  epoch: number;
  cluster: string;
  from: number;
  to: number;
}
export interface Timeline {
  startMs: number;
  endMs: number;
  bars: Bar[];
  bands: Band[];
}

const SPAN_MIN_MS = 1_000;

/** When each step ran, and on which cluster the run was then: from its first attempt until now, or until its end. */
export function timelineOf({ attempts, steps, createdAt, finishedAt }: Run, nowMs: number): Timeline {
  const at = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));
  const begins = attempts.map((attempt) => at(attempt.createdAt) ?? nowMs);
  const startMs = Math.min(at(createdAt) ?? nowMs, ...begins, ...steps.flatMap(({ startedAt }) => at(startedAt) ?? []));
  const latest = [at(finishedAt), ...attempts.map((one) => at(one.finishedAt)), ...steps.map((one) => at(one.finishedAt))];
  const isOver = finishedAt !== null;
  const endMs = Math.max(startMs + SPAN_MIN_MS, isOver ? 0 : nowMs, ...latest.map((ms) => ms ?? 0));
  const share = (ms: number): number => Math.min(1, Math.max(0, (ms - startMs) / (endMs - startMs)));
  const bands = attempts.map(({ epoch, cluster, createdAt: from, finishedAt: to }) => ({
    ...{ epoch, cluster },
    from: share(at(from) ?? startMs),
    to: share(at(to) ?? endMs),
  }));
  const bars = steps.flatMap(({ name, state, startedAt, finishedAt: to }) => {
    const from = at(startedAt);
    return from === null ? [] : [{ step: name, state, from: share(from), to: share(at(to) ?? endMs) }];
  });
  return { startMs, endMs, bars, bands };
}
