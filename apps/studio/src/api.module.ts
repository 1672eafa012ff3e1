import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { Outbox } from '@stead/platform/outbox';
import type { ServiceParts } from '@stead/platform/service';
import { PublicationsController } from './adapters/http/publications.controller';
import { PostgresMapVersionStore } from './adapters/postgres/map-version.store';
import { PostgresPublicationStore } from './adapters/postgres/publication.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { CreatePublication } from './application/create-publication';
import { EditPublication } from './application/edit-publication';
import { MapVersionStore, PublicationStore, UnitOfWork } from './application/ports';

class StudioApiModule {}

export function apiModule(parts: ServiceParts): DynamicModule {
  return {
    module: StudioApiModule,
    controllers: [PublicationsController],
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.api)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, parts.clock),
      provideValue(PublicationStore, new PostgresPublicationStore()),
      provideValue(MapVersionStore, new PostgresMapVersionStore()),
      provide(CreatePublication, UnitOfWork, PublicationStore, MapVersionStore, Outbox, Clock),
      provide(EditPublication, UnitOfWork, PublicationStore, MapVersionStore, Outbox, Clock),
    ],
  };
}
