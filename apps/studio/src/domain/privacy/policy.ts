import type { PrivacyPolicyBody } from '@stead/contracts/studio';
import type { Actor } from '@stead/platform/auth';
import { studioError } from '../errors';
import type { Review, ReviewTally } from './review';

const DAY_MS = 24 * 3600 * 1000;

/** Who may publish what in a workspace, and what becomes of originals. */
export interface PrivacyPolicy extends PrivacyPolicyBody {
  /** 0: nobody has chosen; these are the program's. */
  revision: number;
  changedAt: Date | null;
  changedBy: string | null;
}

/** An answer within a month: GDPR, Article 12(3). */
export const DEFAULT_POLICY: PrivacyPolicy = {
  ...{ gate: 'none', twoPersons: false, eraseAfterDays: null, answerWithinDays: 30 },
  ...{ revision: 0, changedAt: null, changedBy: null },
};

/** Throws unless all is decided and shown as decided, and whoever approves may. */
export function requireApprovable(
  { undecided, changes }: Pick<ReviewTally, 'undecided' | 'changes'>,
  policy: Pick<PrivacyPolicy, 'twoPersons'>,
  actor: Pick<Actor, 'id' | 'kind'>,
  deciders: readonly string[],
): void {
  if (undecided > 0) throw studioError['review-undecided'](`${undecided} marks have no verdict yet`);
  if (changes > 0)
    throw studioError['review-changes-pending'](`${changes} changes are decided and not shown yet; apply them, then approve`);
  if (!policy.twoPersons) return;
  if (actor.kind !== 'user')
    throw studioError['second-person-needed']('The policy asks for a second person: sign in; a key is not somebody');
  if (deciders.includes(actor.id))
    throw studioError['second-person-needed']('The policy asks for somebody who has decided nothing in this review');
}

/** When the originals of what was approved go; null where they are kept. */
export function erasureDueAt({ eraseAfterDays }: Pick<PrivacyPolicy, 'eraseAfterDays'>, approvedAt: Date): Date | null {
  return eraseAfterDays === null ? null : new Date(approvedAt.getTime() + eraseAfterDays * DAY_MS);
}

export function answerBy({ answerWithinDays }: Pick<PrivacyPolicy, 'answerWithinDays'>, receivedAt: Date): Date {
  return new Date(receivedAt.getTime() + answerWithinDays * DAY_MS);
}

/** Throws where the workspace publishes only what was reviewed, and this was not. */
export function requirePublishable({ gate }: Pick<PrivacyPolicy, 'gate'>, review: Pick<Review, 'id' | 'state'> | null): void {
  if (gate === 'none' || review?.state === 'approved') return;
  throw studioError['review-needed'](
    review === null
      ? 'The version has no review yet; wait a moment, or build the map again'
      : `Approve its review first: /v1/privacy/reviews/${review.id}`,
  );
}
