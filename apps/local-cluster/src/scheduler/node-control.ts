import { timestamp } from '../objects/metadata';
import { isPodFinished } from '../objects/pod';
import type { Kubelet } from '../kubelet/kubelet';
import type { EventRecorder } from '../store/event-recorder';
import type { ObjectStore } from '../store/object-store';
import { withReadiness } from './node-objects';

/** What can happen to a node from outside: by an operator's hand, or by a failing machine. */
export class NodeControl {
  constructor(private readonly parts: { store: ObjectStore; kubelet: Kubelet; events: EventRecorder; now: () => number }) {}

  cordon(name: string, unschedulable: boolean): boolean {
    return (
      this.parts.store.update('nodes', '', name, (node) => ({ ...node, spec: { ...node.spec, unschedulable } })) !== undefined
    );
  }

  /** The machine is off: what ran on it is lost, and nothing new comes to it. */
  async down(name: string): Promise<boolean> {
    const { store, now } = this.parts;
    if (store.update('nodes', '', name, (node) => withReadiness(node, false, now())) === undefined) return false;
    await this.loseContainers(name);
    return true;
  }

  up(name: string): boolean {
    const { store, now } = this.parts;
    return store.update('nodes', '', name, (node) => withReadiness(node, true, now())) !== undefined;
  }

  /** A spot machine is to be taken back: no new pods from now on, and gone when the notice is over. */
  announceInterruption(name: string): boolean {
    const { store, events, now } = this.parts;
    const node = store.update('nodes', '', name, (current) => ({
      ...current,
      spec: {
        ...current.spec,
        taints: [...(current.spec.taints ?? []), { key: 'karpenter.sh/disrupted', effect: 'NoSchedule' as const }],
      },
    }));
    if (node !== undefined)
      events.record(node, 'Warning', 'SpotInterrupted', `the machine will be taken back; announced at ${timestamp(now())}`);
    return node !== undefined;
  }

  async loseContainers(name: string): Promise<void> {
    const { store, kubelet } = this.parts;
    for (const pod of store.list('pods')) if (pod.spec.nodeName === name && !isPodFinished(pod)) await kubelet.lose(pod);
  }
}
