import type { Role } from '@stead/contracts/workspaces';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import { newId } from '@stead/platform/ids';
import type { AccountStore, Membership } from './account-ports';
import type { InvitationStore, MemberStore, WorkspaceStore } from './member-ports';
import { roleOf } from './members';
import type { UnitOfWork } from './ports';
import { workspaceError } from '../domain/errors';
import { invitationState, managesMembers, mayManage, type Invitation } from '../domain/membership';
import { digestOf, newInvitationToken } from '../domain/tokens';

const LIFETIME_MS = 7 * 24 * 3600 * 1000;
const OPEN_MAX = 100;
const LISTED_MAX = 500;
const MEMBERS_MAX = 500;

/** How people join a workspace. Whoever invites hands the token over; it is shown once, and only its hash is kept. */
export class Invitations {
  constructor(
    private readonly work: UnitOfWork,
    private readonly workspaces: WorkspaceStore,
    private readonly members: MemberStore,
    private readonly invitations: InvitationStore,
    private readonly accounts: AccountStore,
    private readonly clock: Clock,
  ) {}

  async create(actor: WorkspaceActor, email: string, role: Role): Promise<Invitation & { token: string }> {
    const { workspaceId } = actor;
    const token = newInvitationToken();
    const now = this.clock.now();
    const invitation: Invitation = {
      id: newId(),
      workspaceId,
      email,
      role,
      invitedBy: actor.id,
      createdAt: now,
      expiresAt: new Date(now.getTime() + LIFETIME_MS),
      acceptedAt: null,
      revokedAt: null,
    };
    await this.work.tenant(workspaceId, async (tx) => {
      await this.workspaces.lock(tx, workspaceId);
      const by = await roleOf(tx, this.members, actor);
      if (!managesMembers(by) || !mayManage(by, null, role))
        throw workspaceError['role-not-yours'](
          managesMembers(by) ? 'Only an owner invites an owner' : 'Ask an owner or an admin of the workspace',
        );
      if ((await this.members.findByEmail(tx, workspaceId, email)) !== null) throw workspaceError['already-member']();
      await this.invitations.revokeFor(tx, workspaceId, email);
      if ((await this.invitations.countOpen(tx, workspaceId)) >= OPEN_MAX)
        throw workspaceError['too-many-invitations'](`At most ${OPEN_MAX} can be open; revoke some`);
      await this.invitations.insert(tx, { ...invitation, digest: digestOf(token) });
    });
    return { ...invitation, token };
  }

  list(actor: WorkspaceActor): Promise<Invitation[]> {
    return this.work.tenant(actor.workspaceId, (tx) => this.invitations.list(tx, actor.workspaceId, LISTED_MAX));
  }

  /** Revoking what is revoked or expired succeeds; what was accepted is a member by now. */
  async revoke(actor: WorkspaceActor, id: string): Promise<void> {
    const { workspaceId } = actor;
    await this.work.tenant(workspaceId, async (tx) => {
      await this.workspaces.lock(tx, workspaceId);
      const by = await roleOf(tx, this.members, actor);
      const invitation = await this.invitations.find(tx, workspaceId, id);
      if (invitation === null) throw workspaceError['invitation-not-found']();
      if (!mayManage(by, null, invitation.role))
        throw workspaceError['role-not-yours']('Only an owner revokes the invitation of an owner');
      if (invitation.acceptedAt !== null) throw workspaceError['invitation-closed']('It was accepted; remove the member instead');
      await this.invitations.revoke(tx, workspaceId, id);
    });
  }

  /** The account must have the address that was invited: a link that was passed on lets nobody else in. */
  async accept(accountId: string, token: string): Promise<Membership> {
    const invitation = await this.invitations.findByDigest(digestOf(token));
    if (invitation === null) throw workspaceError['invitation-not-found']('No invitation has this token');
    const account = await this.accounts.find(accountId);
    if (account?.email.toLowerCase() !== invitation.email.toLowerCase())
      throw workspaceError['invitation-not-yours']('Sign in with the address that was invited, or ask for another invitation');
    const { workspaceId, role } = invitation;
    return this.work.tenant(workspaceId, async (tx) => {
      const workspace = await this.workspaces.lock(tx, workspaceId);
      if (workspace === null) throw workspaceError['invitation-not-found']();
      if (!(await this.invitations.accept(tx, invitation))) throw await this.closed(token);
      if ((await this.members.count(tx, workspaceId)) >= MEMBERS_MAX)
        throw workspaceError['too-many-members'](`A workspace has at most ${MEMBERS_MAX} members`);
      if (!(await this.members.insert(tx, workspaceId, accountId, role))) throw workspaceError['already-member']();
      return { workspaceId, name: workspace.name, role };
    });
  }

  private async closed(token: string): Promise<Error> {
    const invitation = await this.invitations.findByDigest(digestOf(token));
    const state = invitation === null ? 'revoked' : invitationState(invitation, this.clock.now());
    return workspaceError['invitation-closed'](`It is ${state === 'open' ? 'expired' : state}; ask for another one`);
  }
}
