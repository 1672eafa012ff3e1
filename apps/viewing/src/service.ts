import { ProblemFilter } from '@stead/platform/http';
import { loop } from '@stead/platform/lifecycle';
import type { ServiceSpec } from '@stead/platform/service';
import { S3ObjectStore } from '@stead/platform/object-store';
import { installFilesRoute } from './adapters/http/files.route';
import { PostgresPositionStore } from './adapters/postgres/position.store';
import { PostgresSightingStore } from './adapters/postgres/sighting.store';
import { S3BundleFiles } from './adapters/s3/bundle.files';
import { CONTROLLERS, apiModule } from './api.module';
import { Bundles } from './application/bundles';
import { DownloadPlace } from './application/download-place';
import { HotFiles } from './application/hot-files';
import { LearnPositions } from './application/learn-positions';
import { OpenFile } from './application/open-file';
import { BundleFiles } from './application/ports';
import type { ViewingConfig } from './config';
import { installPhotoBodies } from './localise/photo-body';
import { dayOf } from './domain/statistics';
import { workerModule } from './worker.module';

/** Who was counted on a day is of no use when the next one is over. */
const KEPT_MS = 24 * 3600 * 1000;
const FORGET_MS = 3600 * 1000;
const LEARN_MS = 1_000;

export const viewingService: ServiceSpec<ViewingConfig> = {
  name: 'viewing',
  schema: 'viewing',
  controllers: CONTROLLERS,
  apiModule,
  workerModule,
  background: (parts) => {
    const store = new PostgresSightingStore(parts.worker);
    const forget = (): Promise<void> => store.forgetBefore(dayOf(new Date(parts.clock.now().getTime() - KEPT_MS)));
    const objects = new S3ObjectStore(parts.config.objectStore);
    parts.onClose(() => Promise.resolve(objects.close()));
    const positions = new LearnPositions(new PostgresPositionStore(parts.worker), new Bundles(new S3BundleFiles(objects)));
    const [visitors, places] = ['visitors that were counted', 'positions of places'];
    return Promise.resolve([
      { name: visitors, stop: loop(visitors, parts.logger, FORGET_MS, forget).stop },
      { name: places, stop: loop(places, parts.logger, LEARN_MS, () => positions.run()).stop },
    ]);
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
