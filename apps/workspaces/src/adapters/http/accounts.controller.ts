import { Body, Controller } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  meSchema,
  refreshBody,
  signInBody,
  signUpBody,
  switchWorkspaceBody,
  tokensSchema,
  type Tokens,
} from '@stead/contracts/workspaces';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint, callerAddress } from '@stead/platform/http';
import { AccessTokens } from '../../application/access-tokens';
import { requireAccount } from '../../application/api-keys';
import { Sessions } from '../../application/sessions';

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
  signUp(@Body() body: z.infer<typeof signUpBody>): Promise<z.infer<typeof signedUpSchema>> {
    return this.sessions.signUp(body);
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
  signIn(@CurrentRequest() request: FastifyRequest, @Body() body: z.infer<typeof signInBody>): Promise<Tokens> {
    return this.sessions.signIn(body.email, body.password, body.workspaceId, callerAddress(request));
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
    problems: ['workspaces/refresh-token-invalid'],
  })
  refresh(@Body() body: z.infer<typeof refreshBody>): Promise<Tokens> {
    return this.sessions.refresh(body.refreshToken);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/sessions/end',
    permission: 'public',
    summary: 'Sign out',
    tag: TAG,
    body: refreshBody,
    status: 204,
    idempotent: false,
  })
  async signOut(@Body() body: z.infer<typeof refreshBody>): Promise<void> {
    await this.sessions.signOut(body.refreshToken);
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
  me(@CurrentActor() actor: Actor): z.infer<typeof meSchema> {
    return actor;
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
