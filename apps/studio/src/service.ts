import type { ServiceSpec } from '@stead/platform/service';
import { CONTROLLERS, apiModule } from './api.module';
import type { StudioConfig } from './config';
import { workerModule } from './worker.module';

export const studioService: ServiceSpec<StudioConfig> = {
  name: 'studio',
  schema: 'studio',
  controllers: CONTROLLERS,
  apiModule,
  workerModule,
};
