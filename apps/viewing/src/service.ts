import { ProblemFilter } from '@stead/platform/http';
import { loop } from '@stead/platform/lifecycle';
import type { ServiceSpec } from '@stead/platform/service';
import { installFilesRoute } from './adapters/http/files.route';
import { PostgresSightingStore } from './adapters/postgres/sighting.store';
import { CONTROLLERS, apiModule } from './api.module';
import { DownloadPlace } from './application/download-place';
import { HotFiles } from './application/hot-files';
import { OpenFile } from './application/open-file';
import { BundleFiles } from './application/ports';
import type { ViewingConfig } from './config';
import { installPhotoBodies } from './localise/photo-body';
import { dayOf } from './domain/statistics';
import { workerModule } from './worker.module';

/** Who was counted on a day is of no use when the next one is over. */
const KEPT_MS = 24 * 3600 * 1000;
const FORGET_MS = 3600 * 1000;

export const viewingService: ServiceSpec<ViewingConfig> = {
  name: 'viewing',
  schema: 'viewing',
  controllers: CONTROLLERS,
  apiModule,
  workerModule,
  background: (parts) => {
    const store = new PostgresSightingStore(parts.worker);
    const forget = (): Promise<void> => store.forgetBefore(dayOf(new Date(parts.clock.now().getTime() - KEPT_MS)));
    const loops = [loop('visitors that were counted', parts.logger, FORGET_MS, forget)];
    return Promise.resolve(loops.map((one) => ({ name: 'visitors that were counted', stop: () => one.stop() })));
  },
  routes: (parts) => {
    const filter = new ProblemFilter(parts.logger, parts.config.DOCS_URL);
    return (fastify, app) => {
      installPhotoBodies(fastify);
      installFilesRoute(fastify, {
        parts: () => ({
          open: app.get(OpenFile),
          download: app.get(DownloadPlace),
          hot: app.get(HotFiles),
          files: app.get(BundleFiles),
        }),
        metrics: parts.metrics,
        onError: (error, request, reply) => filter.answer(error, request, reply),
      });
    };
  },
};
