import { isKubeError, isSilence, type WorkflowTemplate } from '@stead/platform/kube';

const AGE_MS = 30_000;
const RETRY_MS = 500;

export interface TemplateSource {
  getTemplate(name: string): Promise<WorkflowTemplate | null>;
}

export interface TemplateEvents {
  /** A pipeline is there that was not, or the other way round. */
  onChange(): void;
  /** Not for a cluster that says nothing. */
  onError(pipeline: string, error: unknown): void;
}

interface Refusal {
  times: number;
  untilMs: number;
}

/**
 * The templates of a cluster's pipelines as every cycle asks for them: read in the background, and again when they have grown old.
 * One that was not answered is asked for a little later; a server that asks for patience gets more of it each time.
 */
export class SiteTemplates {
  private readonly known = new Map<string, { template: WorkflowTemplate | null; atMs: number }>();
  private readonly refused = new Map<string, Refusal>();
  private readonly asking = new Set<string>();

  constructor(
    private readonly source: TemplateSource,
    private readonly events: TemplateEvents,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Null where the cluster has no such pipeline; undefined until it has told for the first time. */
  of(pipeline: string): WorkflowTemplate | null | undefined {
    const known = this.known.get(pipeline);
    const isOld = known === undefined || this.nowMs() - known.atMs > AGE_MS;
    if (isOld && !this.asking.has(pipeline) && this.nowMs() >= (this.refused.get(pipeline)?.untilMs ?? 0)) {
      this.asking.add(pipeline);
      void this.read(pipeline).finally(() => this.asking.delete(pipeline));
    }
    return known?.template;
  }

  /** Of which the cluster has told. */
  pipelines(): string[] {
    return [...this.known.keys()];
  }

  some(holds: (template: WorkflowTemplate) => boolean): boolean {
    return [...this.known.values()].some(({ template }) => template !== null && holds(template));
  }

  private async read(pipeline: string): Promise<void> {
    try {
      const template = await this.source.getTemplate(pipeline);
      const before = this.known.get(pipeline);
      this.known.set(pipeline, { template, atMs: this.nowMs() });
      this.refused.delete(pipeline);
      if (before === undefined || (before.template === null) !== (template === null)) this.events.onChange();
    } catch (error) {
      this.leaveAlone(pipeline, error);
      if (!isSilence(error)) this.events.onError(pipeline, error);
    }
  }

  private leaveAlone(pipeline: string, error: unknown): void {
    const isThrottled = isKubeError(error) && error.kind === 'throttled';
    const times = isThrottled ? (this.refused.get(pipeline)?.times ?? 0) + 1 : 0;
    const askedMs = isThrottled ? (error.retryAfterS ?? 0) * 1000 : 0;
    const waitMs = Math.min(AGE_MS, Math.max(askedMs, RETRY_MS * 2 ** times));
    this.refused.set(pipeline, { times, untilMs: this.nowMs() + waitMs });
  }
}
