import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { Outbox } from '@stead/platform/outbox';
import type { ServiceParts } from '@stead/platform/service';
import { StudioProcessor } from './adapters/jobs/studio.processor';
import { PostgresMapVersionStore } from './adapters/postgres/map-version.store';
import { PostgresPublicationStore } from './adapters/postgres/publication.store';
import { PostgresSceneStore } from './adapters/postgres/scene.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { CreateScene } from './application/create-scene';
import { MapVersionStore, PublicationStore, UnitOfWork } from './application/ports';
import { SceneStore } from './application/scene-ports';
import { TrackMapVersions } from './application/track-map-versions';

class StudioWorkerModule {}

export function workerModule(parts: ServiceParts): DynamicModule {
  return {
    module: StudioWorkerModule,
    controllers: [StudioProcessor],
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.worker)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, parts.clock),
      provideValue(PublicationStore, new PostgresPublicationStore()),
      provideValue(MapVersionStore, new PostgresMapVersionStore()),
      provideValue(SceneStore, new PostgresSceneStore()),
      provide(CreateScene, UnitOfWork, SceneStore, MapVersionStore, Clock),
      provide(TrackMapVersions, UnitOfWork, PublicationStore, MapVersionStore, SceneStore, CreateScene, Outbox, Clock),
    ],
  };
}
