import { Controller } from '@nestjs/common';
import type { PayloadOf } from '@stead/contracts/messaging';
import { mapVersionChanged, mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { TrackMapVersions } from '../../application/track-map-versions';

@Controller()
export class StudioProcessor {
  constructor(private readonly versions: TrackMapVersions) {}

  @Handles(mapVersionReady)
  async onReady(
    @MessageOf.payload() payload: PayloadOf<typeof mapVersionReady>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.versions.ready(context.workspaceId, payload);
  }

  @Handles(mapVersionChanged)
  async onChanged(
    @MessageOf.payload() payload: PayloadOf<typeof mapVersionChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.versions.changed(context.workspaceId, payload);
  }

  @Handles(spaceMapDeleted)
  async onDeleted(
    @MessageOf.payload() payload: PayloadOf<typeof spaceMapDeleted>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.versions.deleted(context.workspaceId, payload);
  }
}
