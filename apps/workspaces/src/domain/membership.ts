import type { Role } from '@stead/contracts/workspaces';

export interface Member {
  accountId: string;
  email: string;
  name: string;
  role: Role;
  joinedAt: Date;
}

export interface Invitation {
  id: string;
  workspaceId: string;
  email: string;
  role: Role;
  /** Account or API key. */
  invitedBy: string;
  createdAt: Date;
  expiresAt: Date;
  acceptedAt: Date | null;
  revokedAt: Date | null;
}

export type InvitationState = 'open' | 'accepted' | 'revoked' | 'expired';

/** Who may hand out members and roles at all. */
export function managesMembers(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

/** Owners manage everybody; admins everybody but owners, and they make none. `to` is null when the member is removed. */
export function mayManage(by: Role, from: Role | null, to: Role | null): boolean {
  if (by === 'owner') return true;
  return by === 'admin' && from !== 'owner' && to !== 'owner';
}

export function invitationState(invitation: Invitation, now: Date): InvitationState {
  if (invitation.acceptedAt !== null) return 'accepted';
  if (invitation.revokedAt !== null) return 'revoked';
  return invitation.expiresAt <= now ? 'expired' : 'open';
}
