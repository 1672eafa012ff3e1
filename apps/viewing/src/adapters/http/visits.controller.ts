import { Body, Controller, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openVisitBody, visitSchema, type OpenedVisit, type OpenVisitBody } from '@stead/contracts/viewing';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint } from '@stead/platform/http';
import { OpenVisit } from '../../application/open-visit';
import { callerOf } from './caller';

@Controller()
export class VisitsController {
  constructor(private readonly visits: OpenVisit) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/visits',
    permission: 'public',
    summary: 'Open a publication, by its own address or by a share link',
    tag: 'Viewing',
    body: openVisitBody,
    response: visitSchema,
    idempotent: false,
    problems: [
      'viewing/publication-not-found',
      'viewing/publication-not-ready',
      'viewing/password-required',
      'viewing/password-wrong',
      'viewing/too-many-guesses',
      'viewing/sign-in-required',
      'viewing/members-only',
      'viewing/payment-required',
      'viewing/link-expired',
      'viewing/link-used-up',
    ],
  })
  async open(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Body() body: OpenVisitBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OpenedVisit> {
    void reply.header('access-control-allow-origin', '*').header('cache-control', 'no-store');
    return this.visits.run(actor, body, callerOf(request));
  }
}
