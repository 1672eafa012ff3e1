import { Controller } from '@nestjs/common';
import type { PayloadOf } from '@stead/contracts/messaging';
import { eraseOriginals, probeCapture } from '@stead/contracts/workspaces';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { EraseOriginals } from '../../application/erase-originals';
import { ProbeCapture } from '../../application/probe-capture';

@Controller()
export class CapturesProcessor {
  constructor(
    private readonly probe: ProbeCapture,
    private readonly erasure: EraseOriginals,
  ) {}

  @Handles(probeCapture)
  async onProbe(
    @MessageOf.payload() payload: PayloadOf<typeof probeCapture>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.probe.run(context.workspaceId, payload.captureId, payload.revision);
  }

  @Handles(eraseOriginals)
  async onErase(
    @MessageOf.payload() payload: PayloadOf<typeof eraseOriginals>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.erasure.run(context.workspaceId, payload.captureId);
  }
}
