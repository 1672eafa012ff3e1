import { Controller } from '@nestjs/common';
import type { PayloadOf } from '@stead/contracts/messaging';
import { publicationChanged, publicationPasswordChanged, shareLinkChanged } from '@stead/contracts/studio';
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

  @Handles(publicationPasswordChanged)
  async onPasswordChanged(
    @MessageOf.payload() payload: PayloadOf<typeof publicationPasswordChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.publications.applyPassword(context.workspaceId, payload);
  }

  @Handles(shareLinkChanged)
  async onLinkChanged(
    @MessageOf.payload() payload: PayloadOf<typeof shareLinkChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.publications.applyLink(context.workspaceId, payload);
  }
}
