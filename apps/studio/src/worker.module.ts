import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { ObjectStore, S3ObjectStore } from '@stead/platform/object-store';
import { Outbox } from '@stead/platform/outbox';
import type { ServiceParts } from '@stead/platform/service';
import { MediaProcessor } from './adapters/jobs/media.processor';
import { StudioProcessor } from './adapters/jobs/studio.processor';
import { ChildMediaInspector } from './adapters/media/child-media-inspector';
import { PostgresMapVersionStore } from './adapters/postgres/map-version.store';
import { PostgresMediaStore } from './adapters/postgres/media.store';
import { PostgresPublicationStore } from './adapters/postgres/publication.store';
import { PostgresSceneStore } from './adapters/postgres/scene.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { CreateScene } from './application/create-scene';
import { InspectMedia } from './application/inspect-media';
import { MediaInspector, MediaStore } from './application/media-ports';
import { MapVersionStore, PublicationStore, UnitOfWork } from './application/ports';
import { SceneStore } from './application/scene-ports';
import { TrackMapVersions } from './application/track-map-versions';
import type { StudioConfig } from './config';

class StudioWorkerModule {}

export function workerModule(parts: ServiceParts<StudioConfig>): DynamicModule {
  const store = new S3ObjectStore(parts.config.objectStore);
  parts.onClose(() => Promise.resolve(store.close()));
  return {
    module: StudioWorkerModule,
    controllers: [StudioProcessor, MediaProcessor],
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
      provide(TrackMapVersions, UnitOfWork, PublicationStore, MapVersionStore, SceneStore, CreateScene, Outbox, Clock),
    ],
  };
}
