import type { Tx } from '@stead/platform/postgres';
import type { Capture } from '../domain/capture';

/** A deleted capture whose bytes may still be there. */
export interface Unpurged {
  workspaceId: string;
  captureId: string;
  /** Uploads that were begun and not completed: their parts are in no list of objects. */
  uploads: { fileId: string; uploadId: string }[];
}

/** What has been left behind, in every workspace. Time is the database's, so that replicas agree on it. */
export abstract class SweepStore {
  abstract tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Uploads that nobody has worked on for so long, locked until the transaction ends; what others hold is left to them. */
  abstract takeAbandoned(tx: Tx, idleS: number, limit: number): Promise<Capture[]>;
  abstract unpurged(deletedForS: number, limit: number): Promise<Unpurged[]>;
  /** Marks it, and removes what is known of its files. False when another replica was faster. */
  abstract markPurged(workspaceId: string, captureId: string): Promise<boolean>;
  /** Refresh tokens that nobody can use any more; returns how many. */
  abstract deleteExpiredSessions(limit: number): Promise<number>;
  /** Invitations, used or not, that nobody could have accepted for so long. */
  abstract deleteOldInvitations(expiredForS: number, limit: number): Promise<number>;
}
