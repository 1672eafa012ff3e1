import { Controller } from '@nestjs/common';
import { runChanged } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { captureDeleted, captureVerified } from '@stead/contracts/workspaces';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { AdvanceVersion } from '../../application/advance-version';
import { TrackCaptures } from '../../application/track-captures';

@Controller()
export class SpaceMapsProcessor {
  constructor(
    private readonly advance: AdvanceVersion,
    private readonly captures: TrackCaptures,
  ) {}

  @Handles(runChanged)
  async onRun(
    @MessageOf.payload() payload: PayloadOf<typeof runChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.advance.run(context.workspaceId, context.id, payload);
  }

  @Handles(captureVerified)
  async onVerified(
    @MessageOf.payload() payload: PayloadOf<typeof captureVerified>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.captures.verified(context.workspaceId, payload);
  }

  @Handles(captureDeleted)
  async onDeleted(
    @MessageOf.payload() payload: PayloadOf<typeof captureDeleted>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.captures.deleted(context.workspaceId, payload.captureId);
  }
}
