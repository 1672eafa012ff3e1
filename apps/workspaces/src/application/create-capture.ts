import type { CaptureKind } from '@stead/contracts/pipeline';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { CaptureStore, UnitOfWork } from './ports';
import { workspaceError } from '../domain/errors';
import type { Capture, CaptureFile } from '../domain/capture';

export interface CaptureWithFiles {
  capture: Capture;
  files: CaptureFile[];
}

/** Makes captures and reads them. */
export class CreateCapture {
  constructor(
    private readonly work: UnitOfWork,
    private readonly captures: CaptureStore,
    private readonly clock: Clock,
  ) {}

  async run({ workspaceId }: WorkspaceActor, id: string, body: { name: string; kind: CaptureKind }): Promise<CaptureWithFiles> {
    return this.work.tenant(workspaceId, async (tx) => {
      const capture: Capture = {
        id,
        workspaceId,
        ...body,
        state: 'uploading',
        revision: 1,
        allowPartial: false,
        problems: [],
        originals: 'present',
        originalsErasedAt: null,
        createdAt: this.clock.now(),
      };
      if (await this.captures.insert(tx, capture)) return { capture, files: [] };
      return {
        capture: (await this.captures.find(tx, workspaceId, id)) ?? capture,
        files: await this.captures.files(tx, workspaceId, id),
      };
    });
  }

  async get({ workspaceId }: WorkspaceActor, id: string): Promise<CaptureWithFiles> {
    return this.work.tenant(workspaceId, async (tx) => {
      const capture = await this.captures.find(tx, workspaceId, id);
      if (capture === null || capture.state === 'deleted') throw workspaceError['capture-not-found']();
      return { capture, files: await this.captures.files(tx, workspaceId, id) };
    });
  }

  list(
    { workspaceId }: WorkspaceActor,
    before: string | null,
    limit: number,
  ): Promise<(Capture & { files: number; bytes: number })[]> {
    return this.work.tenant(workspaceId, (tx) => this.captures.list(tx, workspaceId, before, limit + 1));
  }

  async summary({ workspaceId }: WorkspaceActor, id: string): Promise<{ megapixels: number | null; points: number | null }> {
    return this.work.tenant(workspaceId, (tx) => this.captures.summary(tx, workspaceId, id));
  }
}
