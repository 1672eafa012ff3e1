import { Controller } from '@nestjs/common';
import type { PayloadOf } from '@stead/contracts/messaging';
import { checkMedia, purgeMedia } from '@stead/contracts/studio';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { InspectMedia } from '../../application/inspect-media';

@Controller()
export class MediaProcessor {
  constructor(private readonly inspection: InspectMedia) {}

  @Handles(checkMedia)
  async onCheck(
    @MessageOf.payload() { mediaId }: PayloadOf<typeof checkMedia>,
    @MessageOf.context() { workspaceId }: MessageContext,
  ): Promise<void> {
    await this.inspection.run(workspaceId, mediaId);
  }

  @Handles(purgeMedia)
  async onPurge(
    @MessageOf.payload() { mediaId }: PayloadOf<typeof purgeMedia>,
    @MessageOf.context() { workspaceId }: MessageContext,
  ): Promise<void> {
    await this.inspection.purge(workspaceId, mediaId);
  }
}
