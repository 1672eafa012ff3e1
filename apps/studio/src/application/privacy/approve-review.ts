import type { WorkspaceActor } from '@stead/platform/auth';
import { transition } from '@stead/platform/machine';
import type { CountedReview, PolicyStore, ReviewContents } from './ports';
import type { ReviewSteps } from './review-steps';
import { erasureDueAt, requireApprovable } from '../../domain/privacy/policy';
import { erasureTransitions, type ErasureEvent } from '../../domain/privacy/review.machine';
import { reviewStateAfter, type Erasure } from '../../domain/privacy/review';

/** Says that a review is over, or that it is not. */
export class ApproveReview {
  constructor(
    private readonly steps: ReviewSteps,
    private readonly contents: ReviewContents,
    private readonly policies: PolicyStore,
  ) {}

  approve(actor: WorkspaceActor, id: string, ifMatch: string | null): Promise<CountedReview> {
    return this.steps.locked(actor, id, ifMatch, async (tx, review, now) => {
      const state = reviewStateAfter(review, 'approve');
      if (state === null) return review;
      const policy = await this.policies.find(tx, actor.workspaceId);
      requireApprovable(review, policy, actor, policy.twoPersons ? await this.contents.deciders(tx, review) : []);
      const dueAt = erasureDueAt(policy, now);
      const erasure = dueAt === null ? review.erasure : after(review.erasure, 'schedule', dueAt);
      const details = {
        versionId: review.version.id,
        eraseAfter: erasure.dueAt?.toISOString() ?? null,
        twoPersons: policy.twoPersons,
      };
      const change = { state, approvedAt: now, approvedBy: actor.id, erasure };
      return this.steps.keep(tx, actor.id, review, change, { what: 'review.approved', details }, now);
    });
  }

  /** What is published stays so; originals that were not erased yet are kept. */
  reopen(actor: WorkspaceActor, id: string, ifMatch: string | null): Promise<CountedReview> {
    return this.steps.locked(actor, id, ifMatch, async (tx, review, now) => {
      const state = reviewStateAfter(review, 'reopen');
      if (state === null) return review;
      const change = { state, approvedAt: null, approvedBy: null, erasure: after(review.erasure, 'spare', null) };
      return this.steps.keep(tx, actor.id, review, change, { what: 'review.reopened', details: {} }, now);
    });
  }

  hold(actor: WorkspaceActor, id: string, hold: string | null, ifMatch: string | null): Promise<CountedReview> {
    return this.steps.locked(actor, id, ifMatch, async (tx, review, now) => {
      if (review.erasure.hold === hold) return review;
      const change = { erasure: { ...review.erasure, hold } };
      const what = hold === null ? 'originals.released' : 'originals.held';
      return this.steps.keep(tx, actor.id, review, change, { what, details: { reason: hold } }, now);
    });
  }
}

function after(erasure: Erasure, event: ErasureEvent, dueAt: Date | null): Erasure {
  const verdict = transition(erasureTransitions, erasure.state, event);
  return verdict.kind === 'move' ? { ...erasure, state: verdict.to, dueAt } : erasure;
}
