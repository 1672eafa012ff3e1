import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { Outbox } from '@stead/platform/outbox';
import type { ServiceParts } from '@stead/platform/service';
import { SpaceMapsProcessor } from './adapters/jobs/space-maps.processor';
import { PostgresCaptureStore } from './adapters/postgres/capture.store';
import { PostgresSpaceMapStore } from './adapters/postgres/space-map.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { AdvanceVersion } from './application/advance-version';
import { CaptureStore, SpaceMapStore, UnitOfWork } from './application/ports';
import { RedactVersion } from './application/redact-version';
import { RetireVersion } from './application/retire-version';
import { TrackCaptures } from './application/track-captures';

class SpaceMapsWorkerModule {}

export function workerModule(parts: ServiceParts): DynamicModule {
  return {
    module: SpaceMapsWorkerModule,
    controllers: [SpaceMapsProcessor],
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.worker)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, parts.clock),
      provideValue(SpaceMapStore, new PostgresSpaceMapStore()),
      provideValue(CaptureStore, new PostgresCaptureStore()),
      provide(AdvanceVersion, UnitOfWork, SpaceMapStore, Outbox, Clock),
      provide(RedactVersion, UnitOfWork, SpaceMapStore, CaptureStore, Outbox, Clock),
      provide(RetireVersion, UnitOfWork, SpaceMapStore, Outbox),
      provide(TrackCaptures, UnitOfWork, CaptureStore, SpaceMapStore, Outbox),
    ],
  };
}
