import { Controller, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { placePageSchema, placeParams, type PlacePage } from '@stead/contracts/viewing';
import { Endpoint } from '@stead/platform/http';
import { PlacePages } from '../../application/place-pages';

const TAG = 'Viewing';
type Params = z.infer<typeof placeParams>;

@Controller()
export class PlacesController {
  constructor(private readonly pages: PlacePages) {}

  @Endpoint({
    method: 'GET',
    path: '/internal/places/:placeId/page',
    permission: 'system',
    summary: 'What the page of a place has to say before it is opened',
    tag: TAG,
    params: placeParams,
    response: placePageSchema,
  })
  page(@Param() { placeId }: Params): Promise<PlacePage> {
    return this.pages.of(placeId);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/places/:placeId/card.jpg',
    permission: 'public',
    summary: 'The picture that other sites show of a place',
    tag: TAG,
    params: placeParams,
    produces: 'image/jpeg',
    problems: ['viewing/publication-not-found', 'viewing/publication-not-ready'],
  })
  async card(@Param() { placeId }: Params, @Res() reply: FastifyReply): Promise<void> {
    const bytes = await this.pages.cardOf(placeId);
    await reply
      .type('image/jpeg')
      .header('cache-control', 'public, max-age=300')
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin')
      .send(bytes);
  }
}
