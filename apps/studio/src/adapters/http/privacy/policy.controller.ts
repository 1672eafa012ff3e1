import { Body, Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { privacyPolicyBody, privacyPolicySchema, type PrivacyPolicyBody, type PrivacyPolicyView } from '@stead/contracts/studio';
import { requireWorkspace, type Actor } from '@stead/platform/auth';
import { CurrentActor, Endpoint, IfMatch } from '@stead/platform/http';
import { etagOf } from '@stead/platform/revision';
import { PrivacyPolicies } from '../../../application/privacy/privacy-policy';
import type { PrivacyPolicy } from '../../../domain/privacy/policy';
import { presentPolicy } from './privacy.presenter';

const TAG = 'Privacy';
const PATH = '/v1/privacy/policy';

@Controller()
export class PrivacyPolicyController {
  constructor(private readonly policies: PrivacyPolicies) {}

  @Endpoint({
    method: 'GET',
    path: PATH,
    permission: 'privacy:read',
    summary: 'Read what the workspace asks for before it publishes, and when it erases originals',
    tag: TAG,
    response: privacyPolicySchema,
    etag: 'revision',
  })
  async get(@CurrentActor() actor: Actor, @Res({ passthrough: true }) reply: FastifyReply): Promise<PrivacyPolicyView> {
    return answer(reply, await this.policies.get(requireWorkspace(actor)));
  }

  @Endpoint({
    method: 'PUT',
    path: PATH,
    permission: 'workspace:write',
    summary: 'Choose what the workspace asks for before it publishes, and when it erases originals',
    tag: TAG,
    body: privacyPolicyBody,
    response: privacyPolicySchema,
    problems: ['studio/policy-changed'],
    etag: 'revision',
  })
  async set(
    @CurrentActor() actor: Actor,
    @Body() body: PrivacyPolicyBody,
    @IfMatch() ifMatch: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PrivacyPolicyView> {
    return answer(reply, await this.policies.set(requireWorkspace(actor), body, ifMatch));
  }
}

function answer(reply: FastifyReply, policy: PrivacyPolicy): PrivacyPolicyView {
  void reply.header('etag', etagOf(policy.revision));
  return presentPolicy(policy);
}
