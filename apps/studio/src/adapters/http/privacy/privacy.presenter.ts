import type {
  BlurRequestStatus,
  BlurRequestView,
  DetectionView,
  PrivacyPolicyView,
  ReviewPictureView,
  ReviewView,
  TrailEntryView,
} from '@stead/contracts/studio';
import type { CountedPicture, CountedReview, TrailEntry } from '../../../application/privacy/ports';
import { isOverdue, type BlurRequest } from '../../../domain/privacy/blur-request';
import type { Detection } from '../../../domain/privacy/detection';
import type { PrivacyPolicy } from '../../../domain/privacy/policy';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

export function presentReview(review: CountedReview): ReviewView {
  const { id, spaceMapId, version, state, revision, pictures, detections, undecided, changes, pending, failure, erasure } =
    review;
  return {
    ...{ id, spaceMapId, name: version.name, versionId: version.id, versionNumber: version.number, state, revision },
    ...{ pictures, detections, undecided, changes, pendingVersionId: pending?.versionId ?? null, failure },
    ...{ approvedAt: iso(review.approvedAt), approvedBy: review.approvedBy },
    erasure: { state: erasure.state, dueAt: iso(erasure.dueAt), erasedAt: iso(erasure.erasedAt), hold: erasure.hold },
    createdAt: review.createdAt.toISOString(),
    changedAt: review.changedAt.toISOString(),
  };
}

export function presentPicture({
  image,
  name,
  width,
  height,
  placed,
  marks,
  undecided,
  original,
}: CountedPicture): ReviewPictureView {
  const [position, forward] = [placed?.position ?? null, placed?.forward ?? null];
  return { image, name, width, height, position, forward, marks, undecided, original: original !== null };
}

export function presentDetection({ partOf: _with, isPart: _part, decidedAt, ...detection }: Detection): DetectionView {
  return { ...detection, decidedAt: iso(decidedAt) };
}

export function presentTrailEntry({ id, at, by, what, details }: TrailEntry): TrailEntryView {
  return { id, at: at.toISOString(), by, what, details };
}

export function presentPolicy({ changedAt, ...policy }: PrivacyPolicy): PrivacyPolicyView {
  return { ...policy, changedAt: iso(changedAt) };
}

export function presentStatus({ id, state, receivedAt, answerBy, answer, answeredAt }: BlurRequest): BlurRequestStatus {
  const times = { receivedAt: receivedAt.toISOString(), answerBy: answerBy.toISOString(), answeredAt: iso(answeredAt) };
  return { id, state, ...times, answer };
}

export function presentRequest(request: BlurRequest, now: Date): BlurRequestView {
  const { publicationId, spaceMapId, volume, place, view, what, note, contact, revision } = request;
  return {
    ...presentStatus(request),
    ...{ publicationId, spaceMapId, reviewId: volume?.reviewId ?? null, place, view, what, note, contact, revision },
    overdue: isOverdue(request, now),
  };
}
