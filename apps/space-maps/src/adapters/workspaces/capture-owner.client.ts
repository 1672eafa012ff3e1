import { internalCapture } from '@stead/contracts/workspaces';
import { systemActor, type WorkspaceActor } from '@stead/platform/auth';
import { isAppError } from '@stead/platform/errors';
import type { InternalClient } from '@stead/platform/http';
import { CaptureOwner } from '../../application/ports';
import type { KnownCapture } from '../../domain/map-version';

export class WorkspacesCaptureOwner extends CaptureOwner {
  constructor(private readonly workspaces: InternalClient) {
    super();
  }

  async ask(
    actor: WorkspaceActor,
    captureId: string,
  ): Promise<{ capture: KnownCapture; verified: boolean; state: string } | null> {
    try {
      const {
        captureId: id,
        state,
        verified,
        originals,
        name,
        kind,
        files,
        bytes,
        megapixels,
        points,
      } = await this.workspaces.ask(
        systemActor('space-maps', actor.workspaceId),
        'GET',
        `/internal/captures/${captureId}`,
        internalCapture,
      );
      return { capture: { id, name, kind, files, bytes, megapixels, points, erased: originals !== 'present' }, verified, state };
    } catch (error) {
      if (isAppError(error) && error.kind === 'not-found') return null;
      throw error;
    }
  }
}
