import { Controller } from '@nestjs/common';
import { runChanged, runProgressed } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { mapVersionChanged, mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import { blurRequestChanged, publicationChanged, reviewChanged } from '@stead/contracts/studio';
import { captureDeleted, captureRejected, captureVerified, originalsErased } from '@stead/contracts/workspaces';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { RecordEvent } from '../../application/record-event';
import { outward } from '../../domain/outward-news';

/** Every event that a workspace may want to hear becomes a line of its feed, and what concerns the outside goes to webhooks. */
@Controller()
export class FeedProcessor {
  constructor(private readonly events: RecordEvent) {}

  @Handles(captureVerified)
  onCaptureVerified(
    @MessageOf.payload() data: PayloadOf<typeof captureVerified>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.run(context, 'capture.verified', data, outward.captureVerified(data));
  }

  @Handles(captureRejected)
  onCaptureRejected(
    @MessageOf.payload() data: PayloadOf<typeof captureRejected>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.run(context, 'capture.rejected', data, outward.captureRejected(data));
  }

  @Handles(captureDeleted)
  onCaptureDeleted(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.events.run(context, 'capture.deleted', data, null);
  }

  /** The files are not named: whose they were, and that they are gone, is what a feed is for. */
  @Handles(originalsErased)
  onOriginalsErased(
    @MessageOf.payload() { captureId, revision, erasedAt }: PayloadOf<typeof originalsErased>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.run(context, 'capture.originals-erased', { captureId, revision, erasedAt }, null);
  }

  @Handles(runChanged)
  onRunChanged(
    @MessageOf.payload() data: PayloadOf<typeof runChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.run(context, 'run.changed', data, outward.runChanged(data));
  }

  @Handles(runProgressed)
  onRunProgressed(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.events.run(context, 'run.progressed', data, null);
  }

  @Handles(mapVersionReady)
  onMapVersionReady(
    @MessageOf.payload() data: PayloadOf<typeof mapVersionReady>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.run(context, 'map-version.ready', data, outward.mapVersionReady(data));
  }

  @Handles(mapVersionChanged)
  onMapVersionChanged(
    @MessageOf.payload() data: PayloadOf<typeof mapVersionChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.run(context, 'map-version.changed', data, outward.mapVersionChanged(data));
  }

  @Handles(spaceMapDeleted)
  onSpaceMapDeleted(
    @MessageOf.payload() data: PayloadOf<typeof spaceMapDeleted>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.run(context, 'space-map.deleted', data, outward.spaceMapDeleted(data));
  }

  @Handles(reviewChanged)
  onReviewChanged(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.events.run(context, 'privacy-review.changed', data, null);
  }

  @Handles(blurRequestChanged)
  onBlurRequestChanged(
    @MessageOf.payload() data: PayloadOf<typeof blurRequestChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.run(context, 'blur-request.changed', data, outward.blurRequestChanged(data));
  }

  @Handles(publicationChanged)
  onPublicationChanged(
    @MessageOf.payload() data: PayloadOf<typeof publicationChanged>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    return this.events.publication(context, data);
  }
}
