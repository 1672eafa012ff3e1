import type { Role } from '@stead/contracts/workspaces';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Tx } from '@stead/platform/postgres';
import type { InvitationStore, MemberStore, WorkspaceStore } from './member-ports';
import type { UnitOfWork } from './ports';
import { workspaceError } from '../domain/errors';
import { managesMembers, mayManage, type Member } from '../domain/membership';

/**
 * Who belongs to a workspace, and as what. What the actor may do is asked of the table and not of its token: a token outlives
 * the role that it was made for by some minutes.
 */
export class Members {
  constructor(
    private readonly work: UnitOfWork,
    private readonly workspaces: WorkspaceStore,
    private readonly members: MemberStore,
    private readonly invitations: InvitationStore,
  ) {}

  list({ workspaceId }: WorkspaceActor, after: string | null, limit: number): Promise<Member[]> {
    return this.work.tenant(workspaceId, (tx) => this.members.list(tx, workspaceId, after, limit + 1));
  }

  changeRole(actor: WorkspaceActor, accountId: string, role: Role): Promise<Member> {
    const { workspaceId } = actor;
    return this.work.tenant(workspaceId, async (tx) => {
      const member = await this.claim(tx, actor, accountId, role);
      if (member.role === role) return member;
      if (member.role === 'owner') await this.requireOtherOwner(tx, workspaceId);
      await this.members.setRole(tx, workspaceId, accountId, role);
      if (!managesMembers(role)) await this.invitations.revokeOf(tx, workspaceId, accountId);
      return { ...member, role };
    });
  }

  remove(actor: WorkspaceActor, accountId: string): Promise<void> {
    return this.work.tenant(actor.workspaceId, async (tx) => {
      await this.end(tx, actor.workspaceId, await this.claim(tx, actor, accountId, null));
    });
  }

  leave({ workspaceId, id }: WorkspaceActor): Promise<void> {
    return this.work.tenant(workspaceId, async (tx) => {
      await this.workspaces.lock(tx, workspaceId);
      const member = await this.members.find(tx, workspaceId, id);
      if (member === null) throw workspaceError['workspace-not-found']();
      await this.end(tx, workspaceId, member);
    });
  }

  /** The member, when the actor may give it that role or, for null, remove it. */
  private async claim(tx: Tx, actor: WorkspaceActor, accountId: string, to: Role | null): Promise<Member> {
    await this.workspaces.lock(tx, actor.workspaceId);
    const by = await roleOf(tx, this.members, actor);
    if (!managesMembers(by)) throw workspaceError['role-not-yours']('Ask an owner or an admin of the workspace');
    const member = await this.members.find(tx, actor.workspaceId, accountId);
    if (member === null) throw workspaceError['member-not-found']();
    if (!mayManage(by, member.role, to))
      throw workspaceError['role-not-yours']('Only an owner changes or removes an owner, or makes one');
    return member;
  }

  private async end(tx: Tx, workspaceId: string, member: Member): Promise<void> {
    if (member.role === 'owner') await this.requireOtherOwner(tx, workspaceId);
    await this.members.remove(tx, workspaceId, member.accountId);
    await this.invitations.revokeOf(tx, workspaceId, member.accountId);
  }

  private async requireOtherOwner(tx: Tx, workspaceId: string): Promise<void> {
    if ((await this.members.count(tx, workspaceId, 'owner')) <= 1)
      throw workspaceError['last-owner']('This is its only owner; make another member an owner first');
  }
}

/** What the actor is in the workspace now. API keys and services act as admins: they neither make nor unmake owners. */
export async function roleOf(tx: Tx, members: MemberStore, actor: WorkspaceActor): Promise<Role> {
  if (actor.kind !== 'user') return 'admin';
  const member = await members.find(tx, actor.workspaceId, actor.id);
  if (member === null) throw workspaceError['workspace-not-found']('You are not a member of this workspace any more');
  return member.role;
}
