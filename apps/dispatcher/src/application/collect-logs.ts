import { keys } from '@stead/contracts/pipeline';
import type { Clock } from '@stead/platform/clock';
import { ANNOTATION, isSilence } from '@stead/platform/kube';
import type { Logger } from '@stead/platform/logging';
import type { ObjectStore } from '@stead/platform/object-store';
import type { Site, Sites, StepStore, UnitOfWork, UnloggedStep } from './ports';
import { stepsOf } from '../domain/step-progress';

const BATCH = 16;
const LOG_BYTES_MAX = 8 * 1024 * 1024;
/** A pod whose log cannot be found for so long after its step is gone for good, with its node. */
const GIVE_UP_MS = 15 * 60_000;
const RETRY_MS = 2_000;
const RETRY_MAX_MS = 30_000;

/** Keeps the output of each finished step where it can be read when its pod is gone. */
export class CollectLogs {
  private readonly notBeforeMs = new Map<string, { atMs: number; tries: number }>();

  constructor(
    private readonly work: UnitOfWork,
    private readonly steps: StepStore,
    private readonly sites: Sites,
    private readonly objects: ObjectStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** True when there is more to do at once. */
  async turn(): Promise<boolean> {
    const all = await this.work.read((tx) => this.steps.unlogged(tx, 20 * BATCH));
    const nowMs = this.clock.monotonicMs();
    const due = all.filter((step) => (this.notBeforeMs.get(idOf(step))?.atMs ?? 0) <= nowMs).slice(0, BATCH);
    const collected = await Promise.all(due.map((step) => this.collect(step)));
    return due.length === BATCH && collected.some(Boolean);
  }

  private async collect(step: UnloggedStep): Promise<boolean> {
    const site = this.sites.get(step.cluster);
    try {
      const log = site === null || site.health.state === 'open' ? null : await this.read(site, step);
      if (log !== null) {
        const key = keys.stepLog(step.workspaceId, step.runId, step.epoch, step.name);
        await this.objects.put(key, Buffer.from(log), { mediaType: 'text/plain; charset=utf-8' });
      }
      const givenUp = log === null && this.clock.now().getTime() - (step.finishedAt?.getTime() ?? 0) > GIVE_UP_MS;
      if (log !== null || givenUp) {
        await this.work.run((tx) => this.steps.markLog(tx, step, log === null ? 'gone' : 'stored'));
        this.notBeforeMs.delete(idOf(step));
        return true;
      }
    } catch (error) {
      if (!isSilence(error)) this.logger.warn({ run: step.runId, step: step.name, error }, 'log not collected yet');
    }
    const tries = (this.notBeforeMs.get(idOf(step))?.tries ?? 0) + 1;
    this.notBeforeMs.set(idOf(step), { atMs: this.clock.monotonicMs() + Math.min(RETRY_MAX_MS, RETRY_MS * tries), tries });
    return false;
  }

  /** The output of every try, in order; null when no pod of the step is left. */
  private async read(site: Site, step: UnloggedStep): Promise<string | null> {
    const workflow = await site.api.getWorkflow(step.workflow);
    const status = workflow === null ? undefined : stepsOf(workflow.nodes).find((candidate) => candidate.name === step.name);
    if (status === undefined) return null;
    const pods = new Map(
      (await site.api.podsOfWorkflow(step.workflow)).map((pod) => [
        pod.metadata.annotations?.[ANNOTATION.nodeId],
        pod.metadata.name,
      ]),
    );
    const parts: string[] = [];
    for (const [index, nodeId] of status.podNodeIds.entries()) {
      const pod = pods.get(nodeId);
      const text = pod === undefined ? null : await site.api.podLog(pod, { limitBytes: LOG_BYTES_MAX });
      if (text === null) continue;
      parts.push(status.podNodeIds.length > 1 ? `--- try ${index + 1} of ${status.podNodeIds.length} ---\n${text}` : text);
    }
    return parts.length === 0 ? null : parts.join('\n');
  }
}

function idOf(step: UnloggedStep): string {
  return `${step.runId} ${step.epoch} ${step.name}`;
}
