import { createHash } from 'node:crypto';
import type { PayloadOf } from '@stead/contracts/messaging';
import type { ErasureCertificate } from '@stead/contracts/studio';
import { eraseOriginals, type originalsErased } from '@stead/contracts/workspaces';
import type { Clock } from '@stead/platform/clock';
import { transition } from '@stead/platform/machine';
import type { Outbox } from '@stead/platform/outbox';
import type { Tx } from '@stead/platform/postgres';
import type { UnitOfWork } from '../ports';
import type { CertificateStore, ReviewContents, ReviewStore, Trail } from './ports';
import { tellReview } from './tell';
import { studioError } from '../../domain/errors';
import type { Erasure, Review } from '../../domain/privacy/review';
import { erasureTransitions, type ErasureEvent } from '../../domain/privacy/review.machine';

const CAPTURES_AT_ONCE = 20;

/** Orders the end of originals whose time has come, and keeps the proof of it. */
export class EraseOriginals {
  constructor(
    private readonly work: UnitOfWork,
    private readonly reviews: ReviewStore,
    private readonly contents: ReviewContents,
    private readonly certificates: CertificateStore,
    private readonly trail: Trail,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** How many captures were ordered. Several reviews may be of one capture: all of them have to be over. */
  async turn(): Promise<number> {
    const due = await this.reviews.dueCaptures(this.clock.now(), CAPTURES_AT_ONCE);
    let ordered = 0;
    for (const { workspaceId, captureId } of due) if (await this.order(workspaceId, captureId)) ordered += 1;
    return ordered;
  }

  /** Told twice, the first certificate stands. */
  async erased(workspaceId: string, news: PayloadOf<typeof originalsErased>): Promise<void> {
    await this.work.tenant(workspaceId, async (tx) => {
      const reviews = await this.reviews.lockOfCapture(tx, workspaceId, news.captureId);
      await this.certificates.insert(tx, certificateOf(workspaceId, reviews, news), this.clock.now());
      for (const review of reviews) {
        await this.contents.forgetPictures(tx, review);
        await this.move(tx, review, 'confirm', { erasedAt: new Date(news.erasedAt) }, 'originals.erased', {
          ...{ files: news.files.length, keyDestroyed: news.keyDestroyed },
        });
      }
    });
  }

  private order(workspaceId: string, captureId: string): Promise<boolean> {
    return this.work.tenant(workspaceId, async (tx) => {
      const now = this.clock.now();
      const all = await this.reviews.lockOfCapture(tx, workspaceId, captureId);
      const open = all.filter(({ state }) => state !== 'closed');
      // Looked at again under the lock: somebody may have reopened one, or forbidden it.
      const isOver = ({ erasure: { state, dueAt, hold } }: Review): boolean =>
        hold === null && state !== 'kept' && (state !== 'due' || (dueAt !== null && dueAt <= now));
      if (open.length === 0 || !open.every(isOver)) return false;
      for (const review of open) await this.move(tx, review, 'order', { orderedAt: now }, 'originals.erasure-ordered', {});
      await this.outbox.add(tx, workspaceId, eraseOriginals, { captureId });
      return true;
    });
  }

  private async move(
    tx: Tx,
    review: Review,
    event: ErasureEvent,
    change: Partial<Erasure>,
    what: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    const verdict = transition(erasureTransitions, review.erasure.state, event);
    if (verdict.kind !== 'move') return;
    const at = this.clock.now();
    const erasure = { ...review.erasure, ...change, state: verdict.to };
    if (!(await this.reviews.change(tx, review, { ...review, erasure, changedAt: at }))) throw studioError['review-changed']();
    await tellReview(tx, this.outbox, { ...review, erasure, revision: review.revision + 1 });
    const { workspaceId, id: subject } = review;
    await this.trail.add(tx, { workspaceId, subject, at, by: 'stead', what, details });
  }
}

function certificateOf(
  workspaceId: string,
  reviews: readonly Review[],
  { captureId, erasedAt, keyDestroyed, files }: PayloadOf<typeof originalsErased>,
): ErasureCertificate {
  const orderedAt = reviews.map(({ erasure }) => erasure.orderedAt?.toISOString() ?? null).find((at) => at !== null) ?? null;
  const document: ErasureCertificate['document'] = {
    schemaVersion: 1,
    ...{ workspaceId, captureId },
    reviews: reviews.map(({ id, version, approvedBy, approvedAt }) => ({
      ...{ reviewId: id, versionId: version.id, approvedBy },
      approvedAt: approvedAt?.toISOString() ?? null,
    })),
    ...{ orderedAt, erasedAt, keyDestroyed },
    files: files.map(({ fileId, bytes, sha256 }) => ({ fileId, bytes, sha256 })),
  };
  return { sha256: createHash('sha256').update(JSON.stringify(document)).digest('hex'), document };
}
