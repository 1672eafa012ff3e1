import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import type { InternalClient } from '@stead/platform/http';
import { provide, provideValue } from '@stead/platform/nest';
import { Outbox } from '@stead/platform/outbox';
import type { ServiceParts } from '@stead/platform/service';
import { MapVersionsController } from './adapters/http/map-versions.controller';
import { SpaceMapsController } from './adapters/http/space-maps.controller';
import { PostgresCaptureStore } from './adapters/postgres/capture.store';
import { PostgresSpaceMapStore } from './adapters/postgres/space-map.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { WorkspacesCaptureOwner } from './adapters/workspaces/capture-owner.client';
import { BuildVersion } from './application/build-version';
import { CancelVersion } from './application/cancel-version';
import { CreateSpaceMap } from './application/create-space-map';
import { EditSpaceMap } from './application/edit-space-map';
import { FindCapture } from './application/find-capture';
import { CaptureOwner, CaptureStore, SpaceMapStore, UnitOfWork } from './application/ports';

class SpaceMapsApiModule {}

export function apiModule(parts: ServiceParts, workspaces: InternalClient): DynamicModule {
  return {
    module: SpaceMapsApiModule,
    controllers: [SpaceMapsController, MapVersionsController],
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.api)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, parts.clock),
      provideValue(SpaceMapStore, new PostgresSpaceMapStore()),
      provideValue(CaptureStore, new PostgresCaptureStore()),
      provideValue(CaptureOwner, new WorkspacesCaptureOwner(workspaces)),
      provide(FindCapture, UnitOfWork, CaptureStore, CaptureOwner),
      provide(CreateSpaceMap, UnitOfWork, SpaceMapStore, FindCapture, Outbox, Clock),
      provide(BuildVersion, UnitOfWork, SpaceMapStore, FindCapture, Outbox, Clock),
      provide(CancelVersion, UnitOfWork, SpaceMapStore, Outbox),
      provide(EditSpaceMap, UnitOfWork, SpaceMapStore, Outbox),
    ],
  };
}
