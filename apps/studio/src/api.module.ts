import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { Outbox } from '@stead/platform/outbox';
import { ObjectStore, S3ObjectStore } from '@stead/platform/object-store';
import { Vault } from '@stead/platform/sealed-objects';
import type { ServiceParts } from '@stead/platform/service';
import { MediaController } from './adapters/http/media.controller';
import { BlurRequestsController } from './adapters/http/privacy/blur-requests.controller';
import { MarksController } from './adapters/http/privacy/marks.controller';
import { PrivacyPolicyController } from './adapters/http/privacy/policy.controller';
import { ReviewsController } from './adapters/http/privacy/reviews.controller';
import { MapVersionsController } from './adapters/http/map-versions.controller';
import { PublicationsController } from './adapters/http/publications.controller';
import { ShareLinksController } from './adapters/http/share-links.controller';
import { SceneContentsController } from './adapters/http/scene-contents.controller';
import { SceneMovesController } from './adapters/http/scene-moves.controller';
import { ScenesController } from './adapters/http/scenes.controller';
import { PostgresEditionStore } from './adapters/postgres/edition.store';
import { PostgresElementStore } from './adapters/postgres/element.store';
import { PostgresMapVersionStore } from './adapters/postgres/map-version.store';
import { PostgresMediaStore } from './adapters/postgres/media.store';
import { PostgresBlurRequestStore } from './adapters/postgres/privacy/blur-request.store';
import { PostgresCertificateStore, PostgresPolicyStore, PostgresTrail } from './adapters/postgres/privacy/policy.store';
import { PostgresReviewContents } from './adapters/postgres/privacy/review-contents.store';
import { PostgresReviewStore } from './adapters/postgres/privacy/review.store';
import { PostgresPublicationStore } from './adapters/postgres/publication.store';
import { PostgresRevisionStore } from './adapters/postgres/revision.store';
import { PostgresSceneStore } from './adapters/postgres/scene.store';
import { PostgresShareLinkStore } from './adapters/postgres/share-link.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { S3MapFrames } from './adapters/s3/map.frames';
import { S3PublishedContents } from './adapters/s3/published.contents';
import { S3RunFiles } from './adapters/s3/run.files';
import { StrictRichText } from './adapters/rich-text';
import { SharpDarkroom } from './adapters/sharp-darkroom';
import { CreatePublication } from './application/create-publication';
import { CreateScene } from './application/create-scene';
import { EditPublication } from './application/edit-publication';
import { EditScene } from './application/edit-scene';
import {
  EditionStore,
  MapVersionStore,
  PublicationStore,
  PublishedContents,
  ShareLinkStore,
  UnitOfWork,
} from './application/ports';
import { ApplyReview } from './application/privacy/apply-review';
import { ApproveReview } from './application/privacy/approve-review';
import { BlurRequests } from './application/privacy/blur-requests';
import { DecideReview } from './application/privacy/decide-review';
import {
  BlurRequestStore,
  CertificateStore,
  Darkroom,
  PolicyStore,
  ReviewContents,
  ReviewStore,
  RunFiles,
  Trail,
} from './application/privacy/ports';
import { PrivacyPolicies, PublishGate } from './application/privacy/privacy-policy';
import { ReadReviews } from './application/privacy/read-reviews';
import { ReviewSteps } from './application/privacy/review-steps';
import { MediaLibrary } from './application/media-library';
import { MediaStore } from './application/media-ports';
import { FindMapVersion } from './application/find-map-version';
import { MoveScene } from './application/move-scene';
import { ReadScene } from './application/read-scene';
import { ElementStore, MapFrames, RevisionStore, RichText, SceneStore } from './application/scene-ports';
import { SceneEdits } from './application/scene-edits';
import { ShareLinks } from './application/share-links';
import { TakeEdition } from './application/take-edition';
import type { StudioConfig } from './config';

export const CONTROLLERS = [
  PublicationsController,
  ShareLinksController,
  ScenesController,
  SceneContentsController,
  SceneMovesController,
  MediaController,
  ReviewsController,
  MarksController,
  BlurRequestsController,
  PrivacyPolicyController,
  MapVersionsController,
];

class StudioApiModule {}

export function apiModule(parts: ServiceParts<StudioConfig>): DynamicModule {
  const store = new S3ObjectStore(parts.config.objectStore);
  parts.onClose(() => Promise.resolve(store.close()));
  return {
    module: StudioApiModule,
    controllers: CONTROLLERS,
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.api)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, parts.clock),
      provideValue(PublicationStore, new PostgresPublicationStore()),
      provideValue(MapVersionStore, new PostgresMapVersionStore()),
      provide(FindMapVersion, UnitOfWork, MapVersionStore),
      provideValue(ObjectStore, store),
      provideValue(MediaStore, new PostgresMediaStore()),
      provide(MediaLibrary, UnitOfWork, MediaStore, ObjectStore, Outbox, Clock),
      provide(
        ...([TakeEdition, UnitOfWork, SceneStore, ElementStore, MapFrames, MediaStore] as const),
        ...([ReviewStore, ReviewContents, PublishedContents] as const),
      ),
      provide(
        ...([CreatePublication, UnitOfWork, PublicationStore, MapVersionStore, EditionStore, TakeEdition] as const),
        ...([PublishGate, Outbox, Clock] as const),
      ),
      provide(
        ...([EditPublication, UnitOfWork, PublicationStore, MapVersionStore, EditionStore, TakeEdition] as const),
        ...([PublishGate, Outbox, Clock] as const),
      ),
      provideValue(ShareLinkStore, new PostgresShareLinkStore()),
      provide(ShareLinks, UnitOfWork, PublicationStore, ShareLinkStore, Outbox, Clock),
      provideValue(EditionStore, new PostgresEditionStore()),
      provideValue(PublishedContents, new S3PublishedContents(store)),
      provideValue(SceneStore, new PostgresSceneStore()),
      provideValue(RevisionStore, new PostgresRevisionStore()),
      provideValue(ElementStore, new PostgresElementStore()),
      provideValue(RichText, new StrictRichText()),
      provide(CreateScene, UnitOfWork, SceneStore, MapVersionStore, Clock),
      provideValue(MapFrames, new S3MapFrames(store, parts.logger)),
      provide(ReadScene, UnitOfWork, SceneStore, RevisionStore, ElementStore, MapFrames),
      provide(SceneEdits, UnitOfWork, SceneStore, ElementStore, MapVersionStore, MediaStore, Clock),
      provide(EditScene, UnitOfWork, SceneStore, RevisionStore, ElementStore, SceneEdits, RichText),
      provideValue(ReviewStore, new PostgresReviewStore(null)),
      provideValue(ReviewContents, new PostgresReviewContents()),
      provideValue(PolicyStore, new PostgresPolicyStore()),
      provideValue(BlurRequestStore, new PostgresBlurRequestStore(parts.api)),
      provideValue(CertificateStore, new PostgresCertificateStore()),
      provideValue(Trail, new PostgresTrail()),
      provideValue(RunFiles, new S3RunFiles(store, new Vault(parts.config.VAULT_KEY))),
      provideValue(Darkroom, new SharpDarkroom()),
      provide(PublishGate, PolicyStore, ReviewStore),
      provide(PrivacyPolicies, UnitOfWork, PolicyStore, Trail, Clock),
      provide(ReviewSteps, UnitOfWork, ReviewStore, Trail, Outbox, Clock),
      provide(
        ...([ReadReviews, UnitOfWork, ReviewStore, ReviewSteps, ReviewContents, RunFiles] as const),
        ...([Darkroom, Trail, CertificateStore, Clock] as const),
      ),
      provide(DecideReview, ReviewSteps, ReviewContents),
      provide(ApplyReview, ReviewSteps, ReviewContents, RunFiles, Outbox),
      provide(ApproveReview, ReviewSteps, ReviewContents, PolicyStore),
      provide(
        ...([BlurRequests, UnitOfWork, BlurRequestStore, PublicationStore, PolicyStore, ReviewStore] as const),
        ...([ReviewContents, ApproveReview, Trail, Outbox, Clock] as const),
      ),
      provide(MoveScene, UnitOfWork, SceneStore, ElementStore, MapVersionStore, MapFrames, SceneEdits),
    ],
  };
}
