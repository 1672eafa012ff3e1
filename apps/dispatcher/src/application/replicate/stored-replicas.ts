import { Replicas } from './copy-object';
import type { Replica, ReplicaStore } from './ports';
import type { UnitOfWork } from '../ports';

/** Replicas as the database has them; written only while this process leads. */
export class StoredReplicas extends Replicas {
  constructor(
    private readonly work: UnitOfWork,
    private readonly replicas: ReplicaStore,
  ) {
    super();
  }

  find(store: string, key: string): Promise<Replica | null> {
    return this.work.read((tx) => this.replicas.find(tx, store, key));
  }

  save(replica: Replica): Promise<void> {
    return this.work.run((tx) => this.replicas.save(tx, replica));
  }

  forget(store: string, key: string): Promise<void> {
    return this.work.run((tx) => this.replicas.delete(tx, store, key));
  }
}
