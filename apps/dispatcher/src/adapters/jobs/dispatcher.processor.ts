import { Controller } from '@nestjs/common';
import { cancelRun, purgeRun, requestRun } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { captureDeleted, originalsErased } from '@stead/contracts/workspaces';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { CancelRun } from '../../application/cancel-run';
import { OrderPurge } from '../../application/purge-run';
import { ForgetCapture } from '../../application/replicate/forget-capture';
import { RequestRun } from '../../application/request-run';

@Controller()
export class DispatcherProcessor {
  constructor(
    private readonly requests: RequestRun,
    private readonly cancellation: CancelRun,
    private readonly purge: OrderPurge,
    private readonly captures: ForgetCapture,
  ) {}

  @Handles(requestRun)
  async onRequest(
    @MessageOf.payload() payload: PayloadOf<typeof requestRun>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.requests.run(context.workspaceId, payload);
  }

  @Handles(cancelRun)
  async onCancel(
    @MessageOf.payload() payload: PayloadOf<typeof cancelRun>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.cancellation.order(context.workspaceId, payload.runId);
  }

  @Handles(purgeRun)
  async onPurge(
    @MessageOf.payload() payload: PayloadOf<typeof purgeRun>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.purge.run(context.workspaceId, payload);
  }

  @Handles(captureDeleted)
  async onCaptureDeleted(
    @MessageOf.payload() payload: PayloadOf<typeof captureDeleted>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.captures.run(context.workspaceId, payload.captureId);
  }

  @Handles(originalsErased)
  async onOriginalsErased(
    @MessageOf.payload() payload: PayloadOf<typeof originalsErased>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.captures.atOnce(context.workspaceId, payload.captureId);
  }
}
