import { Body, Controller, Param } from '@nestjs/common';
import type { z } from 'zod';
import {
  acceptInvitationBody,
  createInvitationBody,
  invitationParams,
  invitationsSchema,
  newInvitationSchema,
  workspaceParams,
  workspaceSchema,
  type InvitationView,
  type WorkspaceView,
} from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { Clock } from '@stead/platform/clock';
import { CurrentActor, Endpoint } from '@stead/platform/http';
import { requireAccount } from '../../application/api-keys';
import { Invitations } from '../../application/invitations';
import { requireThis } from '../../application/workspaces';
import { invitationState, type Invitation } from '../../domain/membership';

const TAG = 'Invitations';
type Params = z.infer<typeof workspaceParams>;

@Controller()
export class InvitationsController {
  constructor(
    private readonly invitations: Invitations,
    private readonly clock: Clock,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/workspaces/:workspaceId/invitations',
    permission: 'members:write',
    summary: 'Invite somebody',
    tag: TAG,
    params: workspaceParams,
    body: createInvitationBody,
    response: newInvitationSchema,
    idempotent: false, // a remembered answer would hold the token
    problems: ['workspaces/already-member', 'workspaces/role-not-yours', 'workspaces/too-many-invitations'],
  })
  async create(
    @CurrentActor() actor: Actor,
    @Param() params: Params,
    @Body() body: z.infer<typeof createInvitationBody>,
  ): Promise<z.infer<typeof newInvitationSchema>> {
    const made = await this.invitations.create(requireThis(actor, params.workspaceId), body.email, body.role);
    return { ...this.present(made), token: made.token };
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/workspaces/:workspaceId/invitations',
    permission: 'members:write',
    summary: 'List invitations',
    tag: TAG,
    params: workspaceParams,
    response: invitationsSchema,
  })
  async list(@CurrentActor() actor: Actor, @Param() params: Params): Promise<z.infer<typeof invitationsSchema>> {
    const invitations = await this.invitations.list(requireThis(actor, params.workspaceId));
    return { items: invitations.map((invitation) => this.present(invitation)) };
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/workspaces/:workspaceId/invitations/:invitationId',
    permission: 'members:write',
    summary: 'Revoke an invitation',
    tag: TAG,
    params: invitationParams,
    problems: ['workspaces/invitation-closed', 'workspaces/role-not-yours'],
  })
  async revoke(@CurrentActor() actor: Actor, @Param() params: z.infer<typeof invitationParams>): Promise<void> {
    await this.invitations.revoke(requireThis(actor, params.workspaceId), params.invitationId);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/workspaces/join',
    permission: 'authenticated',
    summary: 'Accept an invitation',
    tag: TAG,
    body: acceptInvitationBody,
    response: workspaceSchema,
    status: 200,
    idempotent: false,
    problems: [
      'workspaces/already-member',
      'workspaces/invitation-closed',
      'workspaces/invitation-not-found',
      'workspaces/invitation-not-yours',
    ],
  })
  async accept(@CurrentActor() actor: Actor, @Body() body: z.infer<typeof acceptInvitationBody>): Promise<WorkspaceView> {
    const { workspaceId: id, name, role } = await this.invitations.accept(requireAccount(actor), body.token);
    return { id, name, role };
  }

  private present(invitation: Invitation): InvitationView {
    const { id, email, role, createdAt, expiresAt } = invitation;
    return {
      id,
      email,
      role,
      state: invitationState(invitation, this.clock.now()),
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    };
  }
}
