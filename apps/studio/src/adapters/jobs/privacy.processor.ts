import { Controller } from '@nestjs/common';
import type { PayloadOf } from '@stead/contracts/messaging';
import { readReview } from '@stead/contracts/studio';
import { originalsErased } from '@stead/contracts/workspaces';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { EraseOriginals } from '../../application/privacy/erase-originals';
import { OpenReview } from '../../application/privacy/open-review';

@Controller()
export class PrivacyProcessor {
  constructor(
    private readonly opening: OpenReview,
    private readonly erasure: EraseOriginals,
  ) {}

  @Handles(readReview)
  async onRead(
    @MessageOf.payload() { reviewId }: PayloadOf<typeof readReview>,
    @MessageOf.context() { workspaceId }: MessageContext,
  ): Promise<void> {
    await this.opening.read(workspaceId, reviewId);
  }

  @Handles(originalsErased)
  async onErased(
    @MessageOf.payload() payload: PayloadOf<typeof originalsErased>,
    @MessageOf.context() { workspaceId }: MessageContext,
  ): Promise<void> {
    await this.erasure.erased(workspaceId, payload);
  }
}
