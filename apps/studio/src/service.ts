import type { ServiceSpec } from '@stead/platform/service';
import { PublicationsController } from './adapters/http/publications.controller';
import { apiModule } from './api.module';
import { workerModule } from './worker.module';

export const studioService: ServiceSpec = {
  name: 'studio',
  schema: 'studio',
  controllers: [PublicationsController],
  apiModule,
  workerModule,
};
