import type { DynamicModule } from '@nestjs/common';
import { provideValue } from '@stead/platform/nest';
import type { ServiceParts } from '@stead/platform/service';
import { ViewingProcessor } from './adapters/jobs/viewing.processor';
import { PostgresPublicationWriter } from './adapters/postgres/publication.writer';
import { PublicationWriter } from './application/ports';
import type { ViewingConfig } from './config';

class ViewingWorkerModule {}

export function workerModule(parts: ServiceParts<ViewingConfig>): DynamicModule {
  return {
    module: ViewingWorkerModule,
    controllers: [ViewingProcessor],
    providers: [provideValue(PublicationWriter, new PostgresPublicationWriter(parts.worker))],
  };
}
