import { Body, Controller, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  changePasswordBody,
  endSessionBody,
  meSchema,
  refreshBody,
  signInBody,
  signUpBody,
  switchWorkspaceBody,
  tokensSchema,
  type Tokens,
  type TokensView,
} from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint, callerAddress } from '@stead/platform/http';
import { AccessTokens } from '../../application/access-tokens';
import { requireAccount } from '../../application/api-keys';
import { Sessions } from '../../application/sessions';
import { clearRefreshCookie, handOver, refreshCookieOf } from './refresh-cookie';

const TAG = 'Accounts';
const signedUpSchema = z.object({ accountId: z.uuid(), workspaceId: z.uuid(), tokens: tokensSchema });
const jwksSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

@Controller()
export class AccountsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly tokens: AccessTokens,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/sign-up',
    permission: 'public',
    summary: 'Sign up',
    tag: TAG,
    body: signUpBody,
    response: signedUpSchema,
    idempotent: false,
    problems: ['workspaces/email-taken', 'workspaces/password-too-common'],
  })
  async signUp(
    @CurrentRequest() request: FastifyRequest,
    @Body() { cookie, ...body }: z.infer<typeof signUpBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof signedUpSchema>> {
    const { tokens, ...signedUp } = await this.sessions.signUp(body);
    return { ...signedUp, tokens: handOver(tokens, cookie, request, reply) };
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/sessions',
    permission: 'public',
    summary: 'Sign in',
    tag: TAG,
    body: signInBody,
    response: tokensSchema,
    idempotent: false,
    problems: ['workspaces/wrong-credentials', 'workspaces/too-many-attempts'],
  })
  async signIn(
    @CurrentRequest() request: FastifyRequest,
    @Body() { email, password, workspaceId, cookie }: z.infer<typeof signInBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokensView> {
    const tokens = await this.sessions.signIn(email, password, workspaceId, callerAddress(request));
    return handOver(tokens, cookie, request, reply);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/sessions/refresh',
    permission: 'public',
    summary: 'Exchange a refresh token',
    tag: TAG,
    body: refreshBody,
    response: tokensSchema,
    status: 200,
    idempotent: false,
    problems: ['workspaces/refresh-token-invalid', 'workspaces/workspace-not-found'],
  })
  async refresh(
    @CurrentRequest() request: FastifyRequest,
    @Body() { refreshToken, workspaceId }: z.infer<typeof refreshBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokensView> {
    const tokens = await this.sessions.refresh(refreshToken ?? refreshCookieOf(request), workspaceId);
    return handOver(tokens, refreshToken === undefined, request, reply);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/sessions/end',
    permission: 'public',
    summary: 'Sign out',
    tag: TAG,
    body: endSessionBody,
    status: 204,
    idempotent: false,
  })
  async signOut(
    @CurrentRequest() request: FastifyRequest,
    @Body() { refreshToken }: z.infer<typeof endSessionBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.signOut(refreshToken ?? refreshCookieOf(request));
    if (refreshToken === undefined) clearRefreshCookie(reply);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/sessions/end-all',
    permission: 'authenticated',
    summary: 'Sign out everywhere',
    tag: TAG,
    status: 204,
    idempotent: false,
  })
  async signOutEverywhere(@CurrentActor() actor: Actor, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.signOutEverywhere(requireAccount(actor));
    clearRefreshCookie(reply);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/me/password',
    permission: 'authenticated',
    summary: 'Change the password, which ends every other sign-in',
    tag: TAG,
    body: changePasswordBody,
    response: tokensSchema,
    status: 200,
    idempotent: false,
    problems: ['workspaces/password-wrong', 'workspaces/password-too-common', 'workspaces/too-many-attempts'],
  })
  async changePassword(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() { cookie, ...passwords }: z.infer<typeof changePasswordBody>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TokensView> {
    const who = { accountId: requireAccount(actor), workspaceId: actor.workspaceId };
    return handOver(await this.sessions.changePassword(who, passwords, callerAddress(request)), cookie, request, reply);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/sessions/switch',
    permission: 'authenticated',
    summary: 'Switch to another workspace',
    tag: TAG,
    body: switchWorkspaceBody,
    response: tokensSchema,
    status: 200,
    problems: ['workspaces/workspace-not-found'],
    idempotent: false,
  })
  switchTo(@CurrentActor() actor: Actor, @Body() body: z.infer<typeof switchWorkspaceBody>): Promise<Tokens> {
    return this.sessions.switchTo(requireAccount(actor), body.workspaceId);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/me',
    permission: 'authenticated',
    summary: 'Tell who is signed in',
    tag: TAG,
    response: meSchema,
  })
  async me(@CurrentActor() actor: Actor): Promise<z.infer<typeof meSchema>> {
    return { ...actor, account: actor.kind === 'user' ? await this.sessions.whose(actor.id) : null };
  }

  @Endpoint({
    method: 'GET',
    path: '/.well-known/jwks.json',
    permission: 'public',
    summary: 'Publish the keys of access tokens',
    tag: TAG,
    response: jwksSchema,
  })
  async jwks(): Promise<z.infer<typeof jwksSchema>> {
    return { keys: (await this.tokens.jwks()).keys.map((key) => ({ ...key })) };
  }
}
