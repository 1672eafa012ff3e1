import type { ServiceSpec } from '@stead/platform/service';
import { CONTROLLERS, apiModule } from './api.module';
import type { NotificationsConfig } from './config';
import { background, workerModule } from './worker.module';

export const notificationsService: ServiceSpec<NotificationsConfig> = {
  name: 'notifications',
  schema: 'notifications',
  controllers: CONTROLLERS,
  apiModule,
  workerModule,
  background,
};
