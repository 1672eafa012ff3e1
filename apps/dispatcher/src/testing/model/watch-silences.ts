import type { Leader } from './leader';

/** Knows who has heard of which cluster, when, and what of it was written down for the next leader. */
export class SilenceRecord {
  /** When a leader last knew, and had written down, that it was cut off itself. */
  private isolatedAtMs = -Infinity;
  private isolatedTerm: number | null = null;
  /** When a leader last had an answer from a cluster, and when one had that was written down for the next. */
  private readonly answered = new Map<string, { term: number; ms: number }>();
  private readonly reportedMs = new Map<string, number>();
  /** When each leader last wrote down what it knew of the clusters, by term. */
  private readonly lastReportMs = new Map<number, number>();

  /** A leader has found that everything is silent, or that it is not any more. */
  isolation(term: number, isIsolated: boolean, ms: number): void {
    this.isolatedTerm = isIsolated ? term : null;
    if (!isIsolated) this.isolatedAtMs = ms;
  }

  /** A probe of whoever leads was answered. */
  answer(term: number, cluster: string, ms: number): void {
    this.answered.set(cluster, { term, ms });
  }

  /** A leader has written down what it knows of the clusters. */
  reported(term: number, ms: number): void {
    this.lastReportMs.set(term, ms);
    if (term === this.isolatedTerm) this.isolatedAtMs = ms;
    for (const [cluster, answer] of this.answered) if (answer.term === term) this.reportedMs.set(cluster, answer.ms);
  }

  /** Of the silence since anybody heard of the cluster: what this leader has listened to, and what earlier ones have written down. */
  listenedMs(cluster: string, leader: Leader, ms: number): number {
    const answer = this.answered.get(cluster);
    const ownMs = answer !== undefined && answer.term === leader.fence ? answer.ms : 0;
    const sinceMs = Math.max(ownMs, this.reportedMs.get(cluster) ?? 0, this.isolatedAtMs);
    const before = [...this.lastReportMs].map(([term, reportMs]) => (term < leader.fence ? reportMs : 0));
    return leader.listenedMs(sinceMs, ms) + Math.max(0, ...before.map((reportMs) => reportMs - sinceMs));
  }
}
