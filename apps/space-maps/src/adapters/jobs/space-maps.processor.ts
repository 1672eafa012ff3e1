import { Controller } from '@nestjs/common';
import { runChanged } from '@stead/contracts/dispatcher';
import type { PayloadOf } from '@stead/contracts/messaging';
import { redactVersion, retireVersion } from '@stead/contracts/space-maps';
import { captureDeleted, captureVerified, originalsErased } from '@stead/contracts/workspaces';
import { Handles, MessageOf, type MessageContext } from '@stead/platform/queue';
import { AdvanceVersion } from '../../application/advance-version';
import { RedactVersion } from '../../application/redact-version';
import { RetireVersion } from '../../application/retire-version';
import { TrackCaptures } from '../../application/track-captures';

@Controller()
export class SpaceMapsProcessor {
  constructor(
    private readonly advance: AdvanceVersion,
    private readonly captures: TrackCaptures,
    private readonly redaction: RedactVersion,
    private readonly retirement: RetireVersion,
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

  @Handles(originalsErased)
  async onErased(
    @MessageOf.payload() payload: PayloadOf<typeof originalsErased>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.captures.erased(context.workspaceId, context.id, payload.captureId);
  }

  @Handles(redactVersion)
  async onRedact(
    @MessageOf.payload() payload: PayloadOf<typeof redactVersion>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.redaction.run(context.workspaceId, payload);
  }

  @Handles(retireVersion)
  async onRetire(
    @MessageOf.payload() payload: PayloadOf<typeof retireVersion>,
    @MessageOf.context() context: MessageContext,
  ): Promise<void> {
    await this.retirement.run(context.workspaceId, payload);
  }
}
