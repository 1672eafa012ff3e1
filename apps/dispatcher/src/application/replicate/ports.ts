import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { OpenReplication, Replication } from '../../domain/replication';
import type { TransferRate } from '../../domain/transfer-rate';

/** What names a replication. */
export type ReplicationId = Pick<Replication, 'workspaceId' | 'runId' | 'what' | 'from' | 'to'>;

export type ReplicationChange = Partial<
  Pick<
    Replication,
    | 'state'
    | 'forEpoch'
    | 'ahead'
    | 'steps'
    | 'complete'
    | 'objectsTotal'
    | 'objectsDone'
    | 'bytesTotal'
    | 'bytesDone'
    | 'bytesCopied'
    | 'failures'
    | 'notBefore'
    | 'detail'
    | 'startedAt'
    | 'finishedAt'
  >
>;
export type ReplicationProgress = Pick<Replication, 'objectsTotal' | 'objectsDone' | 'bytesTotal' | 'bytesDone' | 'bytesCopied'>;

/** What one run may still need to have copied, read for many at once. */
export interface KnownInputs {
  captureId: string;
  to: string;
  state: Replication['state'];
  bytesTotal: number;
  bytesDone: number;
}

export abstract class ReplicationStore {
  /** False when there is one already. */
  abstract insert(tx: SqlExecutor, replication: Replication): Promise<boolean>;
  abstract find(tx: Tx, id: ReplicationId): Promise<Replication | null>;
  abstract ofRun(tx: Tx, runId: string): Promise<Replication[]>;
  /** Those of several runs that are under way or about to be. */
  abstract openOfRuns(tx: Tx, runIds: readonly string[]): Promise<Replication[]>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, replication: Replication, change: ReplicationChange): Promise<boolean>;
  /** What is shown and nobody decides by; leaves the revision alone, and what is not being copied. */
  abstract note(tx: SqlExecutor, id: ReplicationId, progress: ReplicationProgress): Promise<void>;
  /** What is open, and what is done of attempts that still go on. The oldest first. */
  abstract open(tx: Tx, limit: number): Promise<OpenReplication[]>;
  abstract openAheadCount(tx: Tx): Promise<number>;
  /** The stores that inputs of these captures were, or are being, copied to. */
  abstract inputsOf(tx: Tx, captureIds: readonly string[]): Promise<KnownInputs[]>;
  /** Stores to or from which anything of a run was copied. */
  abstract storesOfRun(tx: Tx, runId: string): Promise<string[]>;
  abstract storesOfCapture(tx: Tx, captureId: string): Promise<string[]>;
  /** Whether a run that was not removed works, or may work again, on this capture. */
  abstract isCaptureUsed(tx: Tx, captureId: string): Promise<boolean>;
  /** How many steps each of these runs has finished in attempts on a cluster, by run and cluster. */
  abstract finishedSteps(tx: Tx, runIds: readonly string[]): Promise<{ runId: string; cluster: string; steps: number }[]>;
}

/** The copy of an object that is sent in parts: the upload while it is under way, then what the copy is recognised by. */
export interface Replica {
  workspaceId: string;
  store: string;
  key: string;
  bytes: number;
  sourceEtag: string;
  /** Null once the object is there. */
  uploadId: string | null;
  /** Null until the object is there. */
  etag: string | null;
}

export abstract class ReplicaStore {
  abstract find(tx: Tx, store: string, key: string): Promise<Replica | null>;
  abstract save(tx: SqlExecutor, replica: Replica): Promise<void>;
  abstract delete(tx: SqlExecutor, store: string, key: string): Promise<void>;
  /** Those whose keys begin with a prefix. */
  abstract below(tx: Tx, store: string, prefix: string, limit: number): Promise<Replica[]>;
  /** Uploads that nobody has touched for so long and that nobody who still copies could go on with. */
  abstract orphans(tx: Tx, olderThanMs: number, limit: number): Promise<Replica[]>;
}

export abstract class TransferRateStore {
  abstract list(tx: Tx): Promise<{ from: string; to: string; rate: TransferRate }[]>;
  abstract find(tx: Tx, from: string, to: string): Promise<TransferRate | null>;
  abstract save(tx: SqlExecutor, from: string, to: string, rate: TransferRate): Promise<void>;
}

/** Captures whose files have to go from every store that they were copied to: their owner has deleted them. */
export abstract class CaptureRemovalStore {
  /** Does nothing for a capture that was never copied. */
  abstract ask(tx: SqlExecutor, workspaceId: string, captureId: string, options?: { atOnce: boolean }): Promise<void>;
  /** Those that were asked for so long ago, when what was under way then is over, and those that cannot wait for that. */
  abstract due(tx: Tx, afterMs: number, limit: number): Promise<{ workspaceId: string; captureId: string }[]>;
  abstract done(tx: SqlExecutor, workspaceId: string, captureId: string): Promise<void>;
}
