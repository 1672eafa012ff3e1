import { blurRequestChanged, reviewChanged } from '@stead/contracts/studio';
import type { Outbox } from '@stead/platform/outbox';
import type { SqlExecutor } from '@stead/platform/postgres';
import type { BlurRequest } from '../../domain/privacy/blur-request';
import type { Review } from '../../domain/privacy/review';

/** In the transaction of the change; with the revision that it has led to. */
export async function tellReview(tx: SqlExecutor, outbox: Outbox, review: Review): Promise<void> {
  const { workspaceId, id: reviewId, spaceMapId, version, revision, state } = review;
  await outbox.add(tx, workspaceId, reviewChanged, { reviewId, spaceMapId, versionId: version.id, revision, state });
}

export async function tellRequest(tx: SqlExecutor, outbox: Outbox, request: BlurRequest): Promise<void> {
  const { workspaceId, id: requestId, publicationId, spaceMapId, revision, state, answerBy } = request;
  const news = { requestId, publicationId, spaceMapId, revision, state, answerBy: answerBy.toISOString() };
  await outbox.add(tx, workspaceId, blurRequestChanged, news);
}
