import type { WorkspaceActor } from '@stead/platform/auth';
import type { AppError } from '@stead/platform/errors';
import type { Tx } from '@stead/platform/postgres';
import { spaceMapError } from '../domain/errors';
import type { KnownCapture } from '../domain/map-version';
import type { CaptureOwner, CaptureStore, UnitOfWork } from './ports';

/** A verified capture of the workspace: from our own copy, or from its owner when the announcement is still on its way. */
export class FindCapture {
  constructor(
    private readonly work: UnitOfWork,
    private readonly captures: CaptureStore,
    private readonly owner: CaptureOwner,
  ) {}

  async run(actor: WorkspaceActor, captureId: string): Promise<KnownCapture> {
    const known = await this.work.tenant(actor.workspaceId, (tx) => this.known(tx, actor, captureId));
    return known ?? this.askOwner(actor, captureId);
  }

  /** Our own copy, as a part of a transaction that may hold no connection while it waits for another service. */
  async known(tx: Tx, actor: WorkspaceActor, captureId: string): Promise<KnownCapture | null> {
    const capture = await this.captures.find(tx, actor.workspaceId, captureId);
    if (capture?.erased === true) throw erased(captureId);
    return capture;
  }

  async askOwner(actor: WorkspaceActor, captureId: string): Promise<KnownCapture> {
    const answer = await this.owner.ask(actor, captureId);
    if (answer === null) throw spaceMapError['capture-not-found'](`This workspace has no capture ${captureId}`);
    if (!answer.verified) {
      throw spaceMapError['capture-not-ready'](`The capture is ${answer.state}; commit it and wait until it is verified`);
    }
    if (answer.capture.erased) throw erased(captureId);
    return answer.capture;
  }
}

function erased(captureId: string): AppError {
  return spaceMapError['capture-erased'](
    `The files of capture ${captureId} were erased after their review; capture the place once more to build it again`,
  );
}
