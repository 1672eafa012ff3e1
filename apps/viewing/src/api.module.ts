import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { S3ObjectStore } from '@stead/platform/object-store';
import type { ServiceParts } from '@stead/platform/service';
import { PublicationsController } from './adapters/http/publications.controller';
import { PostgresPublicationReader } from './adapters/postgres/publication.reader';
import { S3BundleFiles } from './adapters/s3/bundle.files';
import { Bundles } from './application/bundles';
import { HotFiles } from './application/hot-files';
import { OpenFile } from './application/open-file';
import { BundleFiles, PublicationReader } from './application/ports';
import { ViewPublication } from './application/view-publication';
import type { ViewingConfig } from './config';
import { TileTokens } from './domain/tile-tokens';

class ViewingApiModule {}

const MIB = 1024 * 1024;

export function apiModule(parts: ServiceParts<ViewingConfig>): DynamicModule {
  const { config, clock } = parts;
  const store = new S3ObjectStore(config.objectStore);
  parts.onClose(() => Promise.resolve(store.close()));
  const files = new S3BundleFiles(store);
  return {
    module: ViewingApiModule,
    controllers: [PublicationsController],
    providers: [
      provideValue(Clock, clock),
      provideValue(BundleFiles, files),
      provideValue(HotFiles, new HotFiles(files, config.TILE_CACHE_MIB * MIB)),
      provideValue(TileTokens, new TileTokens(config.TILE_TOKEN_KEY, config.TILE_TOKEN_PREVIOUS_KEY)),
      {
        provide: PublicationReader,
        useFactory: async (): Promise<PublicationReader> => {
          const reader = new PostgresPublicationReader(parts.api, clock);
          await reader.start();
          parts.onClose(() => reader.stop());
          return reader;
        },
      },
      provide(Bundles, BundleFiles),
      provide(OpenFile, TileTokens, PublicationReader, Bundles, Clock),
      provide(ViewPublication, PublicationReader, Bundles, TileTokens, Clock),
    ],
  };
}
