import { Replicas } from '../application/replicate/copy-object';
import type { Replica } from '../application/replicate/ports';

/** Replicas that outlive the copier that wrote them, as the database's do. */
export class InMemoryReplicas extends Replicas {
  private readonly rows = new Map<string, Replica>();

  find(store: string, key: string): Promise<Replica | null> {
    return Promise.resolve(this.rows.get(`${store} ${key}`) ?? null);
  }

  save(replica: Replica): Promise<void> {
    this.rows.set(`${replica.store} ${replica.key}`, replica);
    return Promise.resolve();
  }

  forget(store: string, key: string): Promise<void> {
    this.rows.delete(`${store} ${key}`);
    return Promise.resolve();
  }
}
