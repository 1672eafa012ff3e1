import { ProblemFilter } from '@stead/platform/http';
import type { ServiceSpec } from '@stead/platform/service';
import { installFilesRoute } from './adapters/http/files.route';
import { CONTROLLERS, apiModule } from './api.module';
import { HotFiles } from './application/hot-files';
import { OpenFile } from './application/open-file';
import { BundleFiles } from './application/ports';
import type { ViewingConfig } from './config';
import { workerModule } from './worker.module';

export const viewingService: ServiceSpec<ViewingConfig> = {
  name: 'viewing',
  schema: 'viewing',
  controllers: CONTROLLERS,
  apiModule,
  workerModule,
  routes: (parts) => {
    const filter = new ProblemFilter(parts.logger, parts.config.DOCS_URL);
    return (fastify, app) =>
      installFilesRoute(fastify, {
        parts: () => ({ open: app.get(OpenFile), hot: app.get(HotFiles), files: app.get(BundleFiles) }),
        metrics: parts.metrics,
        onError: (error, request, reply) => filter.answer(error, request, reply),
      });
  },
};
