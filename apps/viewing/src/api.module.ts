import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { S3ObjectStore } from '@stead/platform/object-store';
import { Guesses, RedisGuesses } from '@stead/platform/passwords';
import type { ServiceParts } from '@stead/platform/service';
import { PlacesController } from './adapters/http/places.controller';
import { PublicationsController } from './adapters/http/publications.controller';
import { VisitsController } from './adapters/http/visits.controller';
import { NoSales } from './adapters/no-sales';
import { SharpPictures } from './adapters/sharp-pictures';
import { PostgresPublicationReader } from './adapters/postgres/publication.reader';
import { PostgresVisitCounter } from './adapters/postgres/visit.counter';
import { S3BundleFiles } from './adapters/s3/bundle.files';
import { Bundles } from './application/bundles';
import { HotFiles } from './application/hot-files';
import { OpenFile } from './application/open-file';
import { OpenVisit } from './application/open-visit';
import { PlacePages } from './application/place-pages';
import { Places } from './application/places';
import { BundleFiles, Entitlements, Pictures, PublicationReader, VisitCounter } from './application/ports';
import { Previews } from './application/previews';
import { SceneMedia } from './application/scene-media';
import { ViewPublication } from './application/view-publication';
import type { ViewingConfig } from './config';
import { TileTokens } from './domain/tile-tokens';
import { VisitTokens } from './domain/visit-tokens';

export const CONTROLLERS = [PublicationsController, VisitsController, PlacesController];

class ViewingApiModule {}

const MIB = 1024 * 1024;

export function apiModule(parts: ServiceParts<ViewingConfig>): DynamicModule {
  const { config, clock } = parts;
  const store = new S3ObjectStore(config.objectStore);
  parts.onClose(() => Promise.resolve(store.close()));
  const files = new S3BundleFiles(store);
  const guesses = new RedisGuesses(parts.redis, parts.logger, 'visit');
  parts.onClose(() => Promise.resolve(guesses.close()));
  return {
    module: ViewingApiModule,
    controllers: CONTROLLERS,
    providers: [
      provideValue(Clock, clock),
      provideValue(BundleFiles, files),
      provideValue(HotFiles, new HotFiles(files, config.TILE_CACHE_MIB * MIB)),
      provideValue(TileTokens, new TileTokens(config.TILE_TOKEN_KEY, config.TILE_TOKEN_PREVIOUS_KEY)),
      provideValue(VisitTokens, new VisitTokens(config.TILE_TOKEN_KEY, config.TILE_TOKEN_PREVIOUS_KEY)),
      provideValue(Guesses, guesses),
      provideValue(Pictures, new SharpPictures()),
      provideValue(Entitlements, new NoSales()),
      provideValue(VisitCounter, new PostgresVisitCounter(parts.api)),
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
      provide(Places, PublicationReader, Entitlements),
      provide(Previews, BundleFiles),
      provide(SceneMedia, BundleFiles),
      provide(OpenFile, TileTokens, Places, Bundles, Previews, SceneMedia, Clock),
      provide(ViewPublication, PublicationReader, Places, Bundles, TileTokens, VisitTokens, Clock),
      provide(PlacePages, Places, Bundles, BundleFiles, Pictures, Clock),
      provide(OpenVisit, Places, ViewPublication, VisitTokens, Guesses, VisitCounter, Clock),
    ],
  };
}
