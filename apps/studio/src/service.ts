import { loop } from '@stead/platform/lifecycle';
import type { ServiceSpec } from '@stead/platform/service';
import { CONTROLLERS, apiModule } from './api.module';
import type { StudioConfig } from './config';
import { erasureOf, workerModule } from './worker.module';

/** Originals are due on a day, not on a second. */
const ERASE_MS = 15_000;

export const studioService: ServiceSpec<StudioConfig> = {
  name: 'studio',
  schema: 'studio',
  controllers: CONTROLLERS,
  apiModule,
  workerModule,
  background: (parts) => {
    const erasure = erasureOf(parts);
    const eraser = loop('erasure', parts.logger, ERASE_MS, async () => {
      const ordered = await erasure.turn();
      if (ordered > 0) parts.logger.info({ ordered }, 'ordered the erasure of originals');
      return false;
    });
    return Promise.resolve([{ name: 'erasure', stop: () => eraser.stop() }]);
  },
};
