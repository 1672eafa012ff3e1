import type { KubeError, Pod, Workflow, WorkflowManifest } from '@stead/platform/kube';
import type { ClusterApi } from '../../application/ports';
import type { Baton, Process } from './baton';
import type { CallFault, SimulatedCluster, Verb } from './simulated-cluster';
import type { SimulatedTime } from './simulated-time';

/** As the client bounds its calls. */
const CALL_TIMEOUT_MS = 5_000;

export interface ApiWitness {
  /** A request to create leaves the process. */
  sent(cluster: SimulatedCluster, manifest: WorkflowManifest): void;
}

/**
 * One process's client of a cluster. A call stands at a point while its request is on the way and at another while its answer
 * is; either may be lost, and whoever waited gets what the client makes of it: a write without an answer is `ambiguous`.
 */
export class SimulatedApi implements ClusterApi {
  readonly namespace = 'stead';
  /** Hears what each submission came to; null when it was taken. */
  onSubmitted: (error: unknown) => void = () => undefined;
  /** Requests to create that have left the process and have not arrived. */
  private readonly leaving = new Set<WorkflowManifest>();

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly process: Process,
    private readonly baton: Baton,
    private readonly time: SimulatedTime,
    private readonly witness: ApiWitness,
  ) {}

  async createWorkflow(manifest: WorkflowManifest): Promise<Workflow> {
    this.witness.sent(this.cluster, manifest);
    try {
      const workflow = await this.call('create', manifest.metadata.name, () => this.cluster.create(manifest).view(), manifest);
      this.onSubmitted(null);
      return workflow;
    } catch (error) {
      this.onSubmitted(error);
      throw error;
    }
  }

  getWorkflow(name: string): Promise<Workflow | null> {
    return this.call('get', name, () => this.cluster.workflows.get(name)?.view() ?? null);
  }

  patchShutdown(name: string, strategy: 'Stop' | 'Terminate', uid?: string): Promise<boolean> {
    return this.call('patch', name, () => this.cluster.tell(name, strategy, uid, this.process));
  }

  podsOfWorkflow(name: string): Promise<Pod[]> {
    return this.call('get', name, () => this.cluster.podObjects().filter((pod) => pod.metadata.name.startsWith(name)));
  }

  podLog(pod: string): Promise<string | null> {
    return this.call('get', pod, () => `the output of ${pod}`);
  }

  /** Its nodes are nobody's machines. */
  deleteNodeClaim(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** The process was killed; what had left it arrives all the same. */
  outlive(): void {
    this.cluster.onTheWay.push(...this.leaving);
  }

  private async call<T>(verb: Verb, name: string, apply: () => T, manifest?: WorkflowManifest): Promise<T> {
    const { cluster, time } = this;
    const begunMs = time.ms;
    const isLate = (): boolean => time.ms - begunMs > CALL_TIMEOUT_MS;
    const isCutOff = (): boolean => isLate() || cluster.reach === 'silent';
    const onTheWay = this.baton.at(this.process, `${verb} ${name}`);
    if (onTheWay !== undefined) {
      if (manifest !== undefined) this.leaving.add(manifest);
      await onTheWay;
      if (manifest !== undefined) this.leaving.delete(manifest);
    }
    const fault = this.takeFault(verb);
    if (isCutOff() || fault === 'request-lost' || fault === 'delayed') {
      // Whoever waits gives up; what is on the way may still arrive.
      if (manifest !== undefined && (fault === 'delayed' || isLate())) cluster.onTheWay.push(manifest);
      throw this.unanswered(verb);
    }
    if (cluster.reach === 'refusing') throw cluster.error('forbidden', `cannot ${verb} workflows`, 403);
    const refusal = this.refusal(verb, fault);
    if (refusal !== null) throw refusal;
    const result = apply();
    const answer = this.baton.at(this.process, `answer to ${verb} ${name}`);
    if (answer !== undefined) await answer;
    if (isCutOff() || fault === 'answer-lost') throw this.unanswered(verb);
    if (fault === 'failing-after') throw cluster.error(verb === 'get' ? 'unavailable' : 'ambiguous', 'ServerTimeout', 500);
    return result;
  }

  private takeFault(verb: Verb): CallFault | null {
    const { faults } = this.cluster;
    const at = faults.findIndex((one) => one.verb === verb);
    return at < 0 ? null : (faults.splice(at, 1)[0]?.fault ?? null);
  }

  private refusal(verb: Verb, fault: CallFault | null): KubeError | null {
    const { cluster } = this;
    switch (fault) {
      case 'conflict':
        return cluster.error('conflict', 'Operation cannot be fulfilled on resourcequotas', 409);
      case 'throttled':
        return cluster.error('throttled', 'too many requests', 429);
      case 'failing':
        return cluster.error(verb === 'get' ? 'unavailable' : 'ambiguous', 'Internal error', 500);
      case 'forbidden':
        return cluster.error('forbidden', `cannot ${verb} workflows`, 403);
      case 'invalid':
        return cluster.error('invalid', 'admission webhook denied the request', 422);
      default:
        return null;
    }
  }

  private unanswered(verb: Verb): KubeError {
    return this.cluster.error(verb === 'get' ? 'timeout' : 'ambiguous', `no answer to ${verb}`);
  }
}
