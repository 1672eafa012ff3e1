import { createHash } from 'node:crypto';
import { timestamp, type KubeObject } from '../objects/metadata';
import type { ObjectStore } from './object-store';

const EVENTS_MAX = 1_000;
const EVENT_TTL_MS = 60 * 60_000;

/** Tells people what happened to an object. The same thing happening again is counted, and old events are forgotten. */
export class EventRecorder {
  constructor(
    private readonly store: ObjectStore,
    private readonly fallbackNamespace: string,
    private readonly now: () => number,
  ) {}

  record(object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { uid, name } = object.metadata;
    const namespace = object.metadata.namespace ?? this.fallbackNamespace;
    const digest = createHash('sha256').update(`${uid}/${reason}/${message}`).digest('hex').slice(0, 16);
    const eventName = `${name.slice(0, 200)}.${digest}`;
    const at = timestamp(this.now());
    const again = this.store.update('events', namespace, eventName, (event) => ({
      ...event,
      count: event.count + 1,
      lastTimestamp: at,
    }));
    if (again !== undefined) return;
    this.forgetOld();
    this.store.create('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name,
        uid,
        ...(object.metadata.namespace && { namespace }),
      },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      source: { component: 'local-cluster' },
    });
  }

  private forgetOld(): void {
    // Objects are kept in order of creation, so that the oldest come first.
    let size = [...this.store.values('events')].length;
    for (const event of [...this.store.values('events')]) {
      const isOld = this.now() - Date.parse(event.lastTimestamp) > EVENT_TTL_MS;
      if (size < EVENTS_MAX && !isOld) return;
      this.store.remove('events', event.metadata.namespace ?? '', event.metadata.name);
      size -= 1;
    }
  }
}
