import type { Role } from '@stead/contracts/workspaces';
import type { Tx } from '@stead/platform/postgres';
import type { Invitation, Member } from '../domain/membership';

export interface Workspace {
  id: string;
  name: string;
  revision: number;
  quotaBytes: number;
  createdAt: Date;
}

export abstract class WorkspaceStore {
  abstract find(tx: Tx, workspaceId: string): Promise<Workspace | null>;
  /**
   * The same, and nobody else changes its name, members or invitations until the transaction ends: so two owners who leave
   * at once do so one after the other.
   */
  abstract lock(tx: Tx, workspaceId: string): Promise<Workspace | null>;
  /** Of a workspace that the transaction has locked. */
  abstract rename(tx: Tx, workspaceId: string, name: string): Promise<void>;
  /** A workspace and its owner, unless the id is taken or the account already belongs to `workspacesMax`. */
  abstract create(
    workspace: { id: string; name: string; quotaBytes: number },
    ownerId: string,
    workspacesMax: number,
  ): Promise<'created' | 'taken' | 'too-many'>;
  /** Of all workspaces, the newest first; those whose name contains the text, whatever the case. */
  abstract page(
    before: string | null,
    limit: number,
    name: string | null,
  ): Promise<Pick<Workspace, 'id' | 'name' | 'createdAt'>[]>;
}

export abstract class MemberStore {
  abstract list(tx: Tx, workspaceId: string, after: string | null, limit: number): Promise<Member[]>;
  abstract find(tx: Tx, workspaceId: string, accountId: string): Promise<Member | null>;
  abstract findByEmail(tx: Tx, workspaceId: string, email: string): Promise<Member | null>;
  abstract count(tx: Tx, workspaceId: string, role?: Role): Promise<number>;
  /** False when the account is a member already. */
  abstract insert(tx: Tx, workspaceId: string, accountId: string, role: Role): Promise<boolean>;
  abstract setRole(tx: Tx, workspaceId: string, accountId: string, role: Role): Promise<void>;
  abstract remove(tx: Tx, workspaceId: string, accountId: string): Promise<void>;
}

export abstract class InvitationStore {
  abstract insert(tx: Tx, invitation: Invitation & { digest: Buffer }): Promise<void>;
  abstract list(tx: Tx, workspaceId: string, limit: number): Promise<Invitation[]>;
  abstract countOpen(tx: Tx, workspaceId: string): Promise<number>;
  abstract find(tx: Tx, workspaceId: string, id: string): Promise<Invitation | null>;
  abstract revoke(tx: Tx, workspaceId: string, id: string): Promise<void>;
  /** Closes what is open for an address: there is one invitation at a time. */
  abstract revokeFor(tx: Tx, workspaceId: string, email: string): Promise<void>;
  /** Closes what a member has handed out and nobody has taken. */
  abstract revokeOf(tx: Tx, workspaceId: string, invitedBy: string): Promise<void>;
  /** Across workspaces: who holds the token is told which one it is for. */
  abstract findByDigest(digest: Buffer): Promise<Invitation | null>;
  /** Compare-and-set: false when it is not open any more. */
  abstract accept(tx: Tx, invitation: Invitation): Promise<boolean>;
}
