import type { ClusterClient, CollectionWatch, Pod, Workflow } from '@stead/platform/kube';
import { LABEL } from '@stead/platform/kube';
import { Unmet } from './check';
import type { Patience } from './surroundings';
import { pause, type Asked, type Workbench } from './workbench';

const POLL_MS = 300;

/** Workflows that several checks look at; each is made once, when the first asks for it. */
const ASKED = {
  passed: { suffix: 'pass', entrypoint: 'pass', params: '{"marker":"kept as it is: \\"quoted\\", $HOME, {braces}"}' },
  failed: { suffix: 'fail', entrypoint: 'fail' },
  overdue: { suffix: 'overdue', entrypoint: 'wait', activeDeadlineS: 3 },
  noTemplate: { suffix: 'no-template', entrypoint: 'pass', template: 'stead-conformance-absent' },
  noEntrypoint: { suffix: 'no-entrypoint', entrypoint: 'absent' },
  /** 63 characters, and a container as its entrypoint. */
  brief: { suffix: 'brief', entrypoint: 'hello', nameLength: 63, ttlS: 2 },
  /** Run until they are ended by the check that looks at them. */
  terminated: { suffix: 'terminate', entrypoint: 'wait' },
  stopped: { suffix: 'stop', entrypoint: 'wait' },
  followed: { suffix: 'follow', entrypoint: 'wait' },
} as const satisfies Record<string, Asked>;
export type FixtureName = keyof typeof ASKED;

/** What the labels of a workflow said, one after another, as a watch of metadata saw them. */
export interface Step {
  phase: string | undefined;
  completed: string | undefined;
}

export class Fixtures {
  private readonly made = new Map<FixtureName, Promise<Workflow>>();
  private readonly seen = new Map<string, Step[]>();
  private watch: CollectionWatch | null = null;

  constructor(
    private readonly bench: Workbench,
    private readonly client: ClusterClient,
    private readonly patience: Patience,
  ) {}

  /** Submits all at once, so that a cluster runs them side by side while other things are looked at. */
  begin(names: readonly FixtureName[]): void {
    this.watch ??= this.client.watchWorkflows(this.bench.selector, {
      onList: (items) => items.forEach(({ metadata }) => this.note(metadata.name, metadata.labels)),
      onEvent: (type, { metadata }) => (type === 'DELETED' ? undefined : this.note(metadata.name, metadata.labels)),
      // Checks of watches say what is wrong with them; this one only collects.
      onError: () => undefined,
    });
    for (const name of names) void this.submitted(name).catch(() => undefined);
  }

  async stop(): Promise<void> {
    await this.watch?.stop();
    await Promise.allSettled(this.made.values());
  }

  nameOf(name: FixtureName): string {
    const asked: Asked = ASKED[name];
    return this.bench.nameOf(asked.suffix, asked.nameLength);
  }

  paramsOf(name: FixtureName): string {
    const asked: Asked = ASKED[name];
    return asked.params ?? '{}';
  }

  history(name: FixtureName): readonly Step[] {
    return this.seen.get(this.nameOf(name)) ?? [];
  }

  submitted(name: FixtureName): Promise<Workflow> {
    const known = this.made.get(name);
    if (known !== undefined) return known;
    const made = this.bench.submit(ASKED[name]);
    this.made.set(name, made);
    return made;
  }

  /** Once the controller has looked at it. */
  async begun(name: FixtureName): Promise<Workflow> {
    await this.submitted(name);
    return this.until(this.nameOf(name), this.patience.begin, 'taken by a controller', (workflow) => workflow.phase !== '');
  }

  async completed(name: FixtureName): Promise<Workflow> {
    await this.submitted(name);
    return this.completion(this.nameOf(name));
  }

  /** Of any workflow, by its name. */
  completion(name: string): Promise<Workflow> {
    return this.until(name, this.patience.complete, 'completed', (workflow) => workflow.completed);
  }

  /** Its one pod, once its container says that it runs. */
  async running(name: FixtureName): Promise<Pod> {
    await this.submitted(name);
    await this.until(this.nameOf(name), this.patience.complete, 'running', ({ nodes }) =>
      nodes.some((node) => node.type === 'Pod' && node.phase === 'Running'),
    );
    const pod = (await this.client.podsOfWorkflow(this.nameOf(name))).find(({ status }) => status.phase === 'Running');
    if (pod === undefined) throw new Error(`${this.nameOf(name)} runs, and no pod of it does`);
    return pod;
  }

  private async until(name: string, withinMs: number, what: string, holds: (workflow: Workflow) => boolean): Promise<Workflow> {
    const startedMs = performance.now();
    for (;;) {
      const workflow = await this.client.getWorkflow(name);
      if (workflow === null) throw new Unmet(`${name} was gone before it was ${what}`);
      if (holds(workflow)) return workflow;
      if (performance.now() - startedMs > withinMs) throw new Unmet(await this.whyNot(workflow, what, withinMs));
      await pause(POLL_MS);
    }
  }

  /** What people would look at next: the phase, and what nodes and pods say of themselves. */
  private async whyNot({ metadata, phase, message, nodes }: Workflow, what: string, withinMs: number): Promise<string> {
    const said = nodes.map(
      (node) => `${node.displayName} ${node.phase}${node.message === undefined ? '' : ` (${node.message})`}`,
    );
    const words = [`phase "${phase}"`, ...(message === null ? [] : [message]), ...said].join('; ');
    return `${metadata.name} was not ${what} within ${Math.round(withinMs / 1000)} s: ${words}`;
  }

  private note(name: string, labels: Readonly<Record<string, string>> = {}): void {
    const steps = this.seen.get(name) ?? [];
    const step = { phase: labels[LABEL.phase], completed: labels[LABEL.completed] };
    const last = steps.at(-1);
    if (last?.phase !== step.phase || last?.completed !== step.completed || last === undefined) steps.push(step);
    this.seen.set(name, steps);
  }
}
