import type { SetRulesBody, WorkspaceRulesView } from '@stead/contracts/dispatcher';
import type { Clock } from '@stead/platform/clock';
import { platformError } from '@stead/platform/errors';
import { requireMatch } from '@stead/platform/revision';
import type { Audit } from './audit';
import type { OfficeWork, OperatorActor, RulesRow, RulesStore } from './ports';
import { wakeScheduler } from '../wake';
import { NEWCOMER } from '../../domain/order';
import { DEFAULT_POLICY } from '../../domain/policy';
import { fadedUse } from '../../domain/workspace-use';

/** What operators say of workspaces: how much of what is scarce they get, and when the cloud may be paid for. */
export class WorkspaceRulesOffice {
  constructor(
    private readonly work: OfficeWork,
    private readonly rules: RulesStore,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** One more than `limit`, if there is one. */
  async list(after: string | null, limit: number): Promise<WorkspaceRulesView[]> {
    const rows = await this.work.run((tx) => this.rules.page(tx, after, limit + 1));
    return rows.map((row) => this.present(row));
  }

  async get(workspaceId: string): Promise<WorkspaceRulesView> {
    return this.present(await this.work.run((tx) => this.rules.find(tx, workspaceId)));
  }

  async set(actor: OperatorActor, workspaceId: string, ifMatch: string | null, body: SetRulesBody): Promise<WorkspaceRulesView> {
    const { weight, placement, reason } = body;
    return this.work.run(async (tx) => {
      const before = this.present(await this.rules.find(tx, workspaceId));
      requireMatch(ifMatch, before.revision);
      if (!(await this.rules.set(tx, workspaceId, before.revision, { weight, placement }, this.clock.now())))
        throw platformError['etag-mismatch']('Somebody else has just changed them; read them again');
      await this.audit.write(tx, actor, {
        ...{ action: 'rules.set', subject: workspaceId, reason },
        before: before.revision === 0 ? null : { weight: before.weight, placement: before.placement },
        after: { weight, placement },
      });
      wakeScheduler(tx, 'place');
      return this.present(await this.rules.find(tx, workspaceId));
    });
  }

  private present({ workspaceId, rules, use, queued, running }: RulesRow): WorkspaceRulesView {
    const { gpuSeconds, cloudCost } = fadedUse(use, this.clock.now().getTime(), DEFAULT_POLICY.shareHalfLifeMs);
    return {
      ...{ workspaceId, queued, running, gpuSeconds, cloudCost },
      weight: rules?.weight ?? NEWCOMER.weight,
      placement: rules?.placement ?? null,
      revision: rules?.revision ?? 0,
      updatedAt: rules?.updatedAt.toISOString() ?? null,
    };
  }
}
