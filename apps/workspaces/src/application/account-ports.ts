import type { Role } from '@stead/contracts/workspaces';
import type { Tx } from '@stead/platform/postgres';

export interface Account {
  id: string;
  email: string;
  name: string;
  passwordHash: string;
}

export interface Membership {
  workspaceId: string;
  name: string;
  role: Role;
}

export interface StoredRefresh {
  familyId: string;
  generation: number;
  accountId: string;
  selectedWorkspace: string | null;
  usedAt: Date | null;
  successor: Buffer | null;
  absoluteExpiry: Date;
  revokedAt: Date | null;
  newestGeneration: number;
  now: Date;
}

/** People, their sign-ins and memberships: asked across workspaces, so with the worker's role. */
export abstract class AccountStore {
  /** Account, workspace and ownership in one transaction; false when the e-mail is taken. */
  abstract create(account: Account, workspace: { id: string; name: string; quotaBytes: number }): Promise<boolean>;
  abstract find(id: string): Promise<Account | null>;
  abstract findByEmail(email: string): Promise<Account | null>;
  abstract memberships(accountId: string): Promise<Membership[]>;
  abstract isOperator(accountId: string): Promise<boolean>;
  abstract insertRefresh(
    digest: Buffer,
    token: { familyId: string; generation: number; accountId: string; selectedWorkspace: string | null; absoluteExpiry: Date },
  ): Promise<void>;
  abstract findRefresh(digest: Buffer): Promise<StoredRefresh | null>;
  /** Marks a token used and stores its successor, both at once; false when somebody else was faster. */
  abstract rotateRefresh(
    digest: Buffer,
    successor: { sealed: Buffer; digest: Buffer; selectedWorkspace: string | null },
  ): Promise<boolean>;
  abstract revokeFamily(familyId: string): Promise<void>;
  /** Ends every sign-in of an account; with a hash, its password is another from then on, both at once. */
  abstract revokeAll(accountId: string, passwordHash?: string): Promise<void>;
}

export interface ApiKeyRow {
  id: string;
  workspaceId: string;
  name: string;
  start: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  replacedBy: string | null;
  lastUsedAt: Date | null;
}

export interface KeyInForce {
  id: string;
  workspaceId: string;
  scopes: string[];
  /** Its maker is an account that is an operator now. */
  byOperator: boolean;
}

export interface Operator {
  accountId: string;
  email: string;
  name: string;
  since: Date;
}

/** Accounts that operate the platform. */
export abstract class OperatorStore {
  abstract list(): Promise<Operator[]>;
  /** The operator, or null when there is no such account. */
  abstract grant(email: string, at: Date): Promise<Operator | null>;
  /** False when there is no such account, or it was none. */
  abstract revoke(email: string): Promise<boolean>;
}

export abstract class ApiKeyStore {
  abstract insert(tx: Tx, key: ApiKeyRow & { digest: Buffer; createdBy: string }): Promise<void>;
  abstract list(tx: Tx, workspaceId: string): Promise<ApiKeyRow[]>;
  abstract revoke(tx: Tx, workspaceId: string, id: string): Promise<boolean>;
  abstract replace(tx: Tx, workspaceId: string, id: string, by: string, expiresAt: Date): Promise<boolean>;
  /** The key that is in force under this digest now, whichever workspace it belongs to. */
  abstract findInForce(digest: Buffer): Promise<KeyInForce | null>;
  abstract touch(id: string): Promise<void>;
}
