import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  lensQuery,
  localizedSchema,
  localizeParams,
  VISIT_HEADER,
  type KnownLens,
  type LocalizedPhoto,
} from '@stead/contracts/viewing';
import type { Actor } from '@stead/platform/auth';
import { CurrentActor, CurrentRequest, Endpoint, callerAddress } from '@stead/platform/http';
import { localiseError } from './errors';
import { LocalisePhoto } from './localise-photo';
import { PhotoBody } from './photo-body';

@Controller()
export class LocaliseController {
  constructor(private readonly localise: LocalisePhoto) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/publications/:publicationId/localize',
    permission: 'public',
    summary: 'Tell where in a publication a photo was taken; the body is the photo, or a form with it as the field `photo`',
    tag: 'Viewing',
    params: localizeParams,
    query: lensQuery,
    consumes: ['image/jpeg', 'image/png', 'image/webp', 'multipart/form-data'],
    response: localizedSchema,
    status: 200,
    idempotent: false,
    problems: [
      'viewing/photo-unreadable',
      'viewing/no-features',
      'viewing/not-here',
      'viewing/no-photo-index',
      'viewing/too-many-photos',
      'viewing/localisation-busy',
      'viewing/publication-not-found',
      'viewing/publication-not-ready',
      'viewing/password-required',
      'viewing/sign-in-required',
      'viewing/members-only',
      'viewing/payment-required',
      'viewing/access-expired',
    ],
  })
  async run(
    @CurrentActor() actor: Actor,
    @CurrentRequest() request: FastifyRequest,
    @Param() { publicationId }: z.infer<typeof localizeParams>,
    @Query() lens: KnownLens,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LocalizedPhoto> {
    void reply.header('access-control-allow-origin', '*').header('cache-control', 'no-store');
    if (!(body instanceof PhotoBody))
      throw localiseError['photo-unreadable']('Send the photo itself, as image/jpeg, image/png or image/webp');
    const visit = request.headers[VISIT_HEADER];
    return this.localise.run(actor, {
      ...{ publicationId, visit: typeof visit === 'string' ? visit : null, address: callerAddress(request) },
      ...{ photo: body.bytes, lens: { ...body.lens, ...lens } },
    });
  }
}
