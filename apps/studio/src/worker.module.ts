import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { ObjectStore, S3ObjectStore } from '@stead/platform/object-store';
import { Outbox } from '@stead/platform/outbox';
import { Vault } from '@stead/platform/sealed-objects';
import type { ServiceParts } from '@stead/platform/service';
import { MediaProcessor } from './adapters/jobs/media.processor';
import { PrivacyProcessor } from './adapters/jobs/privacy.processor';
import { StudioProcessor } from './adapters/jobs/studio.processor';
import { ChildMediaInspector } from './adapters/media/child-media-inspector';
import { PostgresEditionStore } from './adapters/postgres/edition.store';
import { PostgresMapVersionStore } from './adapters/postgres/map-version.store';
import { PostgresMediaStore } from './adapters/postgres/media.store';
import { PostgresBlurRequestStore } from './adapters/postgres/privacy/blur-request.store';
import { PostgresCertificateStore, PostgresTrail } from './adapters/postgres/privacy/policy.store';
import { PostgresReviewContents } from './adapters/postgres/privacy/review-contents.store';
import { PostgresReviewStore } from './adapters/postgres/privacy/review.store';
import { PostgresPublicationStore } from './adapters/postgres/publication.store';
import { PostgresSceneStore } from './adapters/postgres/scene.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { S3RunFiles } from './adapters/s3/run.files';
import { CreateScene } from './application/create-scene';
import { InspectMedia } from './application/inspect-media';
import { MediaInspector, MediaStore } from './application/media-ports';
import { EditionStore, MapVersionStore, PublicationStore, UnitOfWork } from './application/ports';
import { EraseOriginals } from './application/privacy/erase-originals';
import { OpenReview } from './application/privacy/open-review';
import { BlurRequestStore, CertificateStore, ReviewContents, ReviewStore, RunFiles, Trail } from './application/privacy/ports';
import { SettleRedaction } from './application/privacy/settle-redaction';
import { SceneStore } from './application/scene-ports';
import { TrackMapVersions } from './application/track-map-versions';
import type { StudioConfig } from './config';

class StudioWorkerModule {}

export function workerModule(parts: ServiceParts<StudioConfig>): DynamicModule {
  const store = new S3ObjectStore(parts.config.objectStore);
  parts.onClose(() => Promise.resolve(store.close()));
  return {
    module: StudioWorkerModule,
    controllers: [StudioProcessor, MediaProcessor, PrivacyProcessor],
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.worker)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, parts.clock),
      provideValue(PublicationStore, new PostgresPublicationStore()),
      provideValue(MapVersionStore, new PostgresMapVersionStore()),
      provideValue(ObjectStore, store),
      provideValue(MediaStore, new PostgresMediaStore()),
      provideValue(MediaInspector, new ChildMediaInspector()),
      provide(InspectMedia, UnitOfWork, MediaStore, ObjectStore, MediaInspector),
      provideValue(SceneStore, new PostgresSceneStore()),
      provide(CreateScene, UnitOfWork, SceneStore, MapVersionStore, Clock),
      provideValue(EditionStore, new PostgresEditionStore()),
      provideValue(ReviewStore, new PostgresReviewStore(parts.worker)),
      provideValue(ReviewContents, new PostgresReviewContents()),
      provideValue(BlurRequestStore, new PostgresBlurRequestStore(parts.worker)),
      provideValue(CertificateStore, new PostgresCertificateStore()),
      provideValue(Trail, new PostgresTrail()),
      provideValue(RunFiles, new S3RunFiles(store, new Vault(parts.config.VAULT_KEY))),
      provide(OpenReview, UnitOfWork, ReviewStore, ReviewContents, RunFiles, Trail, Outbox, Clock),
      provide(
        ...([SettleRedaction, UnitOfWork, ReviewStore, ReviewContents, BlurRequestStore, MapVersionStore, SceneStore] as const),
        ...([PublicationStore, EditionStore, RunFiles, Trail, Outbox, Clock] as const),
      ),
      provide(EraseOriginals, UnitOfWork, ReviewStore, ReviewContents, CertificateStore, Trail, Outbox, Clock),
      provide(
        ...([TrackMapVersions, UnitOfWork, PublicationStore, MapVersionStore, SceneStore, CreateScene] as const),
        ...([ReviewStore, OpenReview, SettleRedaction, Outbox, Clock] as const),
      ),
    ],
  };
}

/** Of the loop that looks for originals whose time has come. */
export function erasureOf(parts: ServiceParts<StudioConfig>): EraseOriginals {
  return new EraseOriginals(
    new PostgresUnitOfWork(parts.worker),
    new PostgresReviewStore(parts.worker),
    new PostgresReviewContents(),
    new PostgresCertificateStore(),
    new PostgresTrail(),
    parts.outbox,
    parts.clock,
  );
}
