import { isDeepStrictEqual } from 'node:util';
import type { PrivacyPolicyBody } from '@stead/contracts/studio';
import type { WorkspaceActor } from '@stead/platform/auth';
import type { Clock } from '@stead/platform/clock';
import type { Tx } from '@stead/platform/postgres';
import { requireMatch } from '@stead/platform/revision';
import type { UnitOfWork } from '../ports';
import type { PolicyStore, ReviewStore, Trail } from './ports';
import { studioError } from '../../domain/errors';
import { requirePublishable, type PrivacyPolicy } from '../../domain/privacy/policy';

/** What a workspace asks of itself before it shows people's places to everybody. */
export class PrivacyPolicies {
  constructor(
    private readonly work: UnitOfWork,
    private readonly policies: PolicyStore,
    private readonly trail: Trail,
    private readonly clock: Clock,
  ) {}

  get({ workspaceId }: WorkspaceActor): Promise<PrivacyPolicy> {
    return this.work.tenant(workspaceId, (tx) => this.policies.find(tx, workspaceId));
  }

  set({ workspaceId, id: by }: WorkspaceActor, body: PrivacyPolicyBody, ifMatch: string | null): Promise<PrivacyPolicy> {
    return this.work.tenant(workspaceId, async (tx) => {
      const before = await this.policies.find(tx, workspaceId);
      requireMatch(ifMatch, before.revision);
      const { revision, changedAt: _at, changedBy: _by, ...was } = before;
      if (revision > 0 && isDeepStrictEqual(was, { ...body })) return before;
      const at = this.clock.now();
      const policy = { ...body, revision: revision + 1, changedAt: at, changedBy: by };
      if (!(await this.policies.save(tx, workspaceId, before, policy))) throw studioError['policy-changed']('Read it again');
      await this.trail.add(tx, {
        workspaceId,
        subject: workspaceId,
        at,
        by,
        what: 'policy.changed',
        details: { from: was, to: body },
      });
      return policy;
    });
  }
}

/** Lets through what may be published. Asked in the transaction that publishes. */
export class PublishGate {
  constructor(
    private readonly policies: PolicyStore,
    private readonly reviews: ReviewStore,
  ) {}

  async require(tx: Tx, workspaceId: string, versionId: string): Promise<void> {
    const policy = await this.policies.find(tx, workspaceId);
    if (policy.gate === 'none') return;
    requirePublishable(policy, await this.reviews.ofVersion(tx, workspaceId, versionId));
  }
}
