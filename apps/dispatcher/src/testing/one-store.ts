import type { Clock } from '@stead/platform/clock';
import type { ObjectStore } from '@stead/platform/object-store';
import type { Replication } from '../application/replicate/replication';
import { NamedStore, Stores } from '../application/replicate/stores';
import { PRIMARY_STORE } from '../domain/replication';

/** One object store serves every cluster: nothing ever travels. */
export function oneStore(objects: ObjectStore, clock: Pick<Clock, 'monotonicMs'>): Replication {
  return {
    stores: new OneStore(objects, clock),
    inputs: { admits: () => Promise.resolve(true) },
    outputs: { resultOf: () => Promise.resolve({ kind: 'here' }), haveFailures: () => Promise.resolve(true) },
    removal: { removeRun: () => Promise.resolve(true), removeParts: () => Promise.resolve(true) },
    ahead: { want: () => Promise.resolve(false) },
    transfers: {
      load: () => Promise.resolve(),
      bytesMissing: () => 0,
      transferMs: () => 0,
      slowTransferMs: () => 0,
      unreachable: () => new Set(),
    },
  };
}

class OneStore extends Stores {
  readonly several = false;
  readonly primary: NamedStore;

  constructor(objects: ObjectStore, clock: Pick<Clock, 'monotonicMs'>) {
    super();
    this.primary = new NamedStore(PRIMARY_STORE, objects, null, clock);
  }

  nameOf(): string {
    return PRIMARY_STORE;
  }

  all(): readonly NamedStore[] {
    return [this.primary];
  }

  get(name: string): NamedStore | null {
    return name === PRIMARY_STORE ? this.primary : null;
  }

  priorMbps(): null {
    return null;
  }
}
