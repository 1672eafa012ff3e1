import type { ServiceSpec } from '@stead/platform/service';
import { RunsController } from './adapters/http/runs.controller';
import { apiModule } from './api.module';
import type { DispatcherConfig } from './config';
import { OFFICE_CONTROLLERS } from './office.providers';
import { startScheduler } from './scheduler';
import { workerModule } from './worker.module';

export const dispatcherService: ServiceSpec<DispatcherConfig> = {
  name: 'dispatcher',
  schema: 'dispatcher',
  controllers: [RunsController, ...OFFICE_CONTROLLERS],
  apiModule,
  workerModule,
  background: startScheduler,
};
