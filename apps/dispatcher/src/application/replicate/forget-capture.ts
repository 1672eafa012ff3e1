import type { CaptureRemovalStore } from './ports';
import type { TenantWork } from '../ports';

/** A capture was deleted: its copies in other stores have to go as its original does. */
export class ForgetCapture {
  constructor(
    private readonly work: TenantWork,
    private readonly removals: CaptureRemovalStore,
  ) {}

  async run(workspaceId: string, captureId: string): Promise<void> {
    await this.work.tenant(workspaceId, (tx) => this.removals.ask(tx, workspaceId, captureId));
  }

  /** Its originals were erased: nothing that goes on may still read a copy of them. */
  async atOnce(workspaceId: string, captureId: string): Promise<void> {
    await this.work.tenant(workspaceId, (tx) => this.removals.ask(tx, workspaceId, captureId, { atOnce: true }));
  }
}
