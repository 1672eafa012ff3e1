/**
 * Whether a workflow controller works on a cluster, from what Argo documents: it labels every workflow that it has looked at
 * with `workflows.argoproj.io/phase`, also one that has to wait for others to end. So a workflow without the label that has
 * been there for long was not looked at. Times are monotonic: a cluster's own clock may be wrong.
 */
export class ControllerSigns {
  /** Workflows that no controller has looked at, and since when we know of them. */
  private readonly untouched = new Map<string, number>();
  private lastSignMs = -Infinity;
  /** The workflow that was read and is without a phase, however fresh the watch: a watch may be open and silent. */
  private confirmed: string | null = null;

  constructor(private readonly silentAfterMs: number) {}

  saw(workflow: string, hasPhase: boolean, nowMs: number): void {
    if (!hasPhase) {
      if (!this.untouched.has(workflow)) this.untouched.set(workflow, nowMs);
    } else if (this.untouched.delete(workflow)) {
      this.lastSignMs = nowMs;
      this.confirmed = null;
    }
  }

  gone(workflow: string): void {
    this.untouched.delete(workflow);
    if (this.confirmed === workflow) this.confirmed = null;
  }

  /** All that there are: what is missing has gone. */
  listed(workflows: readonly { name: string; hasPhase: boolean }[], nowMs: number): void {
    const there = new Set(workflows.map(({ name }) => name));
    for (const name of [...this.untouched.keys()]) if (!there.has(name)) this.gone(name);
    for (const { name, hasPhase } of workflows) this.saw(name, hasPhase, nowMs);
  }

  /** The workflow to read before anything is said of the controller. */
  doubt(nowMs: number): string | null {
    if (nowMs - this.lastSignMs < this.silentAfterMs) return null;
    const [oldest] = this.untouched; // in the order in which they came
    return oldest !== undefined && nowMs - oldest[1] >= this.silentAfterMs ? oldest[0] : null;
  }

  /** It was read a moment ago, and no controller has looked at it. */
  confirm(workflow: string): void {
    if (this.untouched.has(workflow)) this.confirmed = workflow;
  }

  /** The workflow that shows that no controller works there; null while nothing shows it. */
  silentOn(nowMs: number): string | null {
    const workflow = this.doubt(nowMs);
    return workflow !== null && workflow === this.confirmed ? workflow : null;
  }

  /** Time in which nobody listened. */
  skip(ms: number): void {
    for (const [name, sinceMs] of this.untouched) this.untouched.set(name, sinceMs + ms);
  }
}
