import { Controller } from '@nestjs/common';
import { runChanged, runProgressed } from '@stead/contracts/dispatcher';
import type { FeedType } from '@stead/contracts/notifications';
import { mapVersionChanged, mapVersionReady, spaceMapDeleted } from '@stead/contracts/space-maps';
import { publicationChanged } from '@stead/contracts/studio';
import { captureDeleted, captureRejected, captureVerified } from '@stead/contracts/workspaces';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { FeedStore } from '../../application/ports';

/** Every event that a workspace may want to hear becomes a line of its feed. */
@Controller()
export class FeedProcessor {
  constructor(private readonly feed: FeedStore) {}

  @Handles(captureVerified)
  onCaptureVerified(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('capture.verified', data, context);
  }

  @Handles(captureRejected)
  onCaptureRejected(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('capture.rejected', data, context);
  }

  @Handles(captureDeleted)
  onCaptureDeleted(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('capture.deleted', data, context);
  }

  @Handles(runChanged)
  onRunChanged(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('run.changed', data, context);
  }

  @Handles(runProgressed)
  onRunProgressed(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('run.progressed', data, context);
  }

  @Handles(mapVersionReady)
  onMapVersionReady(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('map-version.ready', data, context);
  }

  @Handles(mapVersionChanged)
  onMapVersionChanged(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('map-version.changed', data, context);
  }

  @Handles(spaceMapDeleted)
  onSpaceMapDeleted(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('space-map.deleted', data, context);
  }

  @Handles(publicationChanged)
  onPublicationChanged(@MessageOf.payload() data: unknown, @MessageOf.context() context: MessageContext): Promise<void> {
    return this.add('publication.changed', data, context);
  }

  private add(type: FeedType, data: unknown, { workspaceId, id }: MessageContext): Promise<void> {
    return this.feed.append(workspaceId, id, type, data);
  }
}
