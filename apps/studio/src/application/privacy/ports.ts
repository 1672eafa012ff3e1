import type { RedactionPlan, ReviewRecord, StoredFile } from '@stead/contracts/pipeline';
import type { BlurRequestState, ErasureCertificate, MarkKind, ReviewState } from '@stead/contracts/studio';
import type { SqlExecutor, Tx } from '@stead/platform/postgres';
import type { BlurRequest } from '../../domain/privacy/blur-request';
import type { Detection } from '../../domain/privacy/detection';
import type { PrivacyPolicy } from '../../domain/privacy/policy';
import type { Review, ReviewPicture, ReviewTally, ReviewVolume } from '../../domain/privacy/review';

export type CountedReview = Review & ReviewTally;
export type CountedPicture = ReviewPicture & { marks: number; undecided: number };

export interface ReviewPage {
  spaceMapId: string | null;
  state: ReviewState | null;
  /** Reviews before this one in the order of the list, the newest first. */
  before: string | null;
  limit: number;
}

export abstract class ReviewStore {
  /** False when there is one of that version. */
  abstract insert(tx: SqlExecutor, review: Review): Promise<boolean>;
  abstract find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<CountedReview | null>;
  /** Of the version that it is of now. */
  abstract ofVersion(tx: Tx, workspaceId: string, versionId: string): Promise<Review | null>;
  /** The one that waits for that version, locked. */
  abstract lockOfPending(tx: Tx, workspaceId: string, versionId: string): Promise<Review | null>;
  abstract list(tx: Tx, workspaceId: string, page: ReviewPage): Promise<CountedReview[]>;
  /** Those of a map that are not closed, locked. */
  abstract lockOfMap(tx: Tx, workspaceId: string, spaceMapId: string): Promise<Review[]>;
  /** Locked. */
  abstract lockOfCapture(tx: Tx, workspaceId: string, captureId: string): Promise<Review[]>;
  /** Compare-and-set on the revision, to the next one; false when somebody else was faster. */
  abstract change(tx: SqlExecutor, review: Review, next: Review): Promise<boolean>;
  /** Captures of any workspace of which a review is due to be erased. */
  abstract dueCaptures(now: Date, limit: number): Promise<{ workspaceId: string; captureId: string }[]>;
}

export interface DetectionFilter {
  image: string | null;
  show: 'all' | 'open' | 'changed';
  after: string | null;
  limit: number;
}
export interface UndecidedFilter {
  kind: MarkKind | null;
  image: string | null;
  scoreMin: number | null;
}
export type Decision = Pick<Detection, 'verdict' | 'reason' | 'decidedBy' | 'decidedAt'>;

/** Pictures, marks and parts of the place of a review. */
export abstract class ReviewContents {
  abstract insert(
    tx: SqlExecutor,
    review: Review,
    pictures: readonly ReviewPicture[],
    detections: readonly Detection[],
  ): Promise<void>;
  abstract picture(tx: Tx, review: Review, image: string): Promise<ReviewPicture | null>;
  abstract pictures(tx: Tx, review: Review, after: number | null, limit: number): Promise<CountedPicture[]>;
  /** In the order of pictures, and within one from left to right. */
  abstract detections(tx: Tx, review: Review, filter: DetectionFilter): Promise<Detection[]>;
  abstract every(tx: Tx, review: Review): Promise<Detection[]>;
  abstract detection(tx: Tx, review: Review, id: string): Promise<Detection | null>;
  abstract marksIn(tx: Tx, review: Review, image: string): Promise<number>;
  abstract add(tx: SqlExecutor, review: Review, detections: readonly Detection[]): Promise<void>;
  abstract remove(tx: SqlExecutor, review: Review, id: string): Promise<void>;
  /** Of those ids that can be decided; the ids that were. */
  abstract decide(tx: SqlExecutor & Tx, review: Review, ids: readonly string[], decision: Decision): Promise<string[]>;
  abstract decideUndecided(tx: SqlExecutor & Tx, review: Review, of: UndecidedFilter, decision: Decision): Promise<string[]>;
  /** Whoever has decided about a mark of it. */
  abstract deciders(tx: Tx, review: Review): Promise<string[]>;
  /** Everything is covered as it was decided. */
  abstract settle(tx: SqlExecutor, review: Review, covered: ReadonlyMap<string, StoredFile>): Promise<void>;
  abstract forgetPictures(tx: SqlExecutor, review: Review): Promise<void>;
  abstract volumes(tx: Tx, review: Review): Promise<ReviewVolume[]>;
  /** The volume that is there, where the same part of the place is in it already. */
  abstract addVolume(tx: Tx, review: Review, volume: ReviewVolume, at: Date): Promise<ReviewVolume>;
  /** What scenes over a version hide. */
  abstract hiddenByScenes(tx: Tx, workspaceId: string, versionId: string): Promise<unknown[]>;
}

export abstract class PolicyStore {
  /** The program's, where nobody has chosen one. */
  abstract find(tx: Tx, workspaceId: string): Promise<PrivacyPolicy>;
  /** Compare-and-set on the revision; false when somebody else was faster. */
  abstract save(tx: SqlExecutor, workspaceId: string, before: PrivacyPolicy, policy: PrivacyPolicy): Promise<boolean>;
}

export interface BlurRequestPage {
  state: BlurRequestState | null;
  spaceMapId: string | null;
  before: string | null;
  limit: number;
}

export abstract class BlurRequestStore {
  abstract insert(tx: SqlExecutor, request: BlurRequest): Promise<void>;
  abstract find(tx: Tx, workspaceId: string, id: string, options?: { lock: boolean }): Promise<BlurRequest | null>;
  abstract list(tx: Tx, workspaceId: string, page: BlurRequestPage): Promise<BlurRequest[]>;
  abstract countOpen(tx: Tx, workspaceId: string, publicationId: string): Promise<number>;
  /** Accepted ones whose part of the place is gone, locked. */
  abstract lockAnswered(tx: Tx, review: Review): Promise<BlurRequest[]>;
  abstract change(tx: SqlExecutor, request: BlurRequest, next: BlurRequest): Promise<boolean>;
  /** Without a workspace: by an address that is a secret. */
  abstract byAddress(id: string): Promise<BlurRequest | null>;
  abstract workspaceOfPublished(publicationId: string): Promise<string | null>;
}

/** What was done about people's privacy, by whom. */
export abstract class Trail {
  abstract add(tx: SqlExecutor, entry: TrailNews): Promise<void>;
  /** Unless the same person did the same with the same details within the last hour. */
  abstract addOnce(tx: SqlExecutor, entry: TrailNews): Promise<void>;
  abstract list(tx: Tx, workspaceId: string, subject: string, before: string | null, limit: number): Promise<TrailEntry[]>;
}
export interface TrailNews {
  workspaceId: string;
  subject: string;
  at: Date;
  by: string;
  what: string;
  details: Record<string, unknown>;
}
export type TrailEntry = TrailNews & { id: string };

export abstract class CertificateStore {
  /** The first one stands. */
  abstract insert(tx: SqlExecutor, certificate: ErasureCertificate, at: Date): Promise<void>;
  abstract find(tx: Tx, workspaceId: string, captureId: string): Promise<ErasureCertificate | null>;
}

export interface Attempt {
  workspaceId: string;
  captureId: string;
  runId: string;
  epoch: number;
}

/** What runs leave for a review, and take from one. */
export abstract class RunFiles {
  /** Null where the run made none: of a point cloud, or of a pipeline before reviews. */
  abstract reviewRecord(attempt: Attempt): Promise<ReviewRecord | null>;
  /** The pictures that a redaction has covered otherwise. */
  abstract coveredBy(attempt: Attempt): Promise<Map<string, StoredFile>>;
  abstract putPlan(workspaceId: string, runId: string, plan: RedactionPlan): Promise<void>;
  /** Null where it is gone. */
  abstract picture(attempt: Pick<Attempt, 'workspaceId' | 'captureId'>, file: StoredFile): Promise<Buffer | null>;
}

/** Pictures as people are shown them. */
export abstract class Darkroom {
  /** JPEG, at most so large. */
  abstract shrink(picture: Buffer, maxPx: number | null): Promise<Buffer>;
  /** JPEG of a part with some of what is around it. */
  abstract crop(picture: Buffer, box: { x: number; y: number; width: number; height: number }): Promise<Buffer>;
}
