import type { ReplicateAhead } from './replicate-ahead';
import type { InputGate } from './replicate-inputs';
import type { OutputGate } from './replicate-outputs';
import type { ReplicaRemoval } from './remove-replicas';
import type { Stores } from './stores';
import type { Transfers } from './transfers';

/** What the other use cases ask of several object stores; with one store, every answer is "it is there". */
export interface Replication {
  inputs: InputGate;
  outputs: OutputGate;
  removal: ReplicaRemoval;
  ahead: Pick<ReplicateAhead, 'want'>;
  transfers: Transfers;
  stores: Stores;
}
