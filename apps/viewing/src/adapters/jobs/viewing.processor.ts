import { Controller } from '@nestjs/common';
import type { PayloadOf } from '@stead/contracts/messaging';
import { publicationChanged } from '@stead/contracts/studio';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { PublicationWriter } from '../../application/ports';

@Controller()
export class ViewingProcessor {
  constructor(private readonly publications: PublicationWriter) {}

  @Handles(publicationChanged)
  async onChanged(
    @MessageOf.payload() payload: PayloadOf<typeof publicationChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.publications.apply(context.workspaceId, payload);
  }
}
