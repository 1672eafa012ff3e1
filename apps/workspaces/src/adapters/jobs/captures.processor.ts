import { Controller } from '@nestjs/common';
import type { PayloadOf } from '@stead/contracts/messaging';
import { probeCapture } from '@stead/contracts/workspaces';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { ProbeCapture } from '../../application/probe-capture';

@Controller()
export class CapturesProcessor {
  constructor(private readonly probe: ProbeCapture) {}

  @Handles(probeCapture)
  async onProbe(
    @MessageOf.payload() payload: PayloadOf<typeof probeCapture>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.probe.run(context.workspaceId, payload.captureId, payload.revision);
  }
}
