import { z } from 'zod';
import { nameSchema } from './name';
import { roleSchema } from './scopes';

const email = z.email().max(254);

export const workspaceParams = z.object({ workspaceId: z.uuid() });
export const memberParams = z.object({ workspaceId: z.uuid(), accountId: z.uuid() });
export const invitationParams = z.object({ workspaceId: z.uuid(), invitationId: z.uuid() });

export const createWorkspaceBody = z.strictObject({ name: nameSchema(100) });
export const renameWorkspaceBody = createWorkspaceBody;
/** Files of deleted captures do not count as used. */
export const workspaceDetailSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    usedBytes: z.number().int(),
    quotaBytes: z.number().int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'WorkspaceDetail' });
export type WorkspaceDetailView = z.infer<typeof workspaceDetailSchema>;

/** For operators, who see runs of every workspace and have to call them by name. */
export const listPlatformWorkspacesQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(500).optional(),
  name: z.string().trim().min(1).max(200).optional(),
});
export const platformWorkspaceSchema = z
  .object({ id: z.uuid(), name: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'PlatformWorkspace' });
export type PlatformWorkspaceView = z.infer<typeof platformWorkspaceSchema>;

export const changeRoleBody = z.strictObject({ role: roleSchema });
export const memberSchema = z
  .object({ accountId: z.uuid(), email: z.string(), name: z.string(), role: roleSchema, joinedAt: z.iso.datetime() })
  .meta({ id: 'Member' });
export type MemberView = z.infer<typeof memberSchema>;

export const createInvitationBody = z.strictObject({ email, role: roleSchema });
/** An invitation is open until it is accepted, revoked or its time has passed. */
export const invitationSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    role: roleSchema,
    state: z.enum(['open', 'accepted', 'revoked', 'expired']),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.infer<typeof invitationSchema>;
export const invitationsSchema = z.object({ items: z.array(invitationSchema) });
/** The only answer that ever holds the token: hand it to whom you invite. */
export const newInvitationSchema = invitationSchema.extend({ token: z.string() }).meta({ id: 'NewInvitation' });
export const acceptInvitationBody = z.strictObject({ token: z.string().min(1).max(200) });
