import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { InternalClient } from '@stead/platform/http';
import { loop } from '@stead/platform/lifecycle';
import { provide, provideValue } from '@stead/platform/nest';
import { S3ObjectStore } from '@stead/platform/object-store';
import { Guesses, RedisGuesses } from '@stead/platform/passwords';
import type { ServiceParts } from '@stead/platform/service';
import { MapVersionsController } from './adapters/http/map-versions.controller';
import { PlacesController } from './adapters/http/places.controller';
import { PublicationsController } from './adapters/http/publications.controller';
import { StatisticsController } from './adapters/http/statistics.controller';
import { VisitsController } from './adapters/http/visits.controller';
import { WorkspaceStatisticsController } from './adapters/http/workspace-statistics.controller';
import { NoSales } from './adapters/no-sales';
import { RedisVisitorDigests } from './adapters/redis-visitor-digests';
import { SharpPictures } from './adapters/sharp-pictures';
import { YazlArchives } from './adapters/yazl-archives';
import { PostgresPublicationReader } from './adapters/postgres/publication.reader';
import { PostgresSightingStore } from './adapters/postgres/sighting.store';
import { PostgresVisitCounter } from './adapters/postgres/visit.counter';
import { S3BundleFiles } from './adapters/s3/bundle.files';
import { StudioMapVersions } from './adapters/studio/map-versions.client';
import { Bundles } from './application/bundles';
import { Drafts } from './application/drafts';
import { DownloadPlace } from './application/download-place';
import { HotFiles } from './application/hot-files';
import { OpenFile } from './application/open-file';
import { OpenVisit } from './application/open-visit';
import { PlacePages } from './application/place-pages';
import { Places } from './application/places';
import {
  Archives,
  BundleFiles,
  Entitlements,
  MapVersions,
  Pictures,
  PublicationReader,
  SightingStore,
  VisitCounter,
  VisitorDigests,
} from './application/ports';
import { Previews } from './application/previews';
import { ReadStatistics } from './application/read-statistics';
import { RecordViews } from './application/record-views';
import { SceneMedia } from './application/scene-media';
import { ViewPublication } from './application/view-publication';
import type { ViewingConfig } from './config';
import { DraftTokens } from './domain/draft-tokens';
import { TileTokens } from './domain/tile-tokens';
import { VisitTokens } from './domain/visit-tokens';
import { LocaliseController } from './localise/localise.controller';
import { localiseProviders } from './localise/localise.module';

export const CONTROLLERS = [
  PublicationsController,
  VisitsController,
  PlacesController,
  MapVersionsController,
  LocaliseController,
  StatisticsController,
  WorkspaceStatisticsController,
];

class ViewingApiModule {}

const MIB = 1024 * 1024;
const FLUSH_MS = 1_000;

export function apiModule(parts: ServiceParts<ViewingConfig>): DynamicModule {
  const { config, clock } = parts;
  const store = new S3ObjectStore(config.objectStore);
  parts.onClose(() => Promise.resolve(store.close()));
  const files = new S3BundleFiles(store);
  const digests = new RedisVisitorDigests(parts.redis);
  parts.onClose(() => Promise.resolve(digests.close()));
  const studio = new InternalClient(config.STUDIO_URL, parts.signer);
  parts.onClose(() => studio.close());
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
      provideValue(DraftTokens, new DraftTokens(config.TILE_TOKEN_KEY, config.TILE_TOKEN_PREVIOUS_KEY)),
      provideValue(MapVersions, new StudioMapVersions(studio, clock)),
      provide(Drafts, DraftTokens, MapVersions, Bundles, Clock),
      provideValue(Guesses, guesses),
      provideValue(Archives, new YazlArchives()),
      provide(DownloadPlace, TileTokens, Places, Bundles, BundleFiles, Archives, Clock),
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
      provide(OpenFile, TileTokens, Places, Bundles, Previews, SceneMedia, Drafts, Clock),
      provide(ViewPublication, PublicationReader, Places, Bundles, TileTokens, VisitTokens, Clock),
      provide(PlacePages, Places, Bundles, BundleFiles, Pictures, Clock),
      provide(OpenVisit, Places, ViewPublication, VisitTokens, Guesses, VisitCounter, RecordViews, Clock),
      provideValue(VisitorDigests, digests),
      provideValue(SightingStore, new PostgresSightingStore(parts.api)),
      {
        provide: RecordViews,
        inject: [VisitTokens, Places, VisitorDigests, SightingStore, Clock],
        useFactory: (...needed: ConstructorParameters<typeof RecordViews>): RecordViews => {
          const views = new RecordViews(...needed);
          parts.onClose(flushing(views, parts));
          return views;
        },
      },
      provide(ReadStatistics, SightingStore, Clock),
      ...localiseProviders(parts),
    ],
  };
}

/** Every second, and once more at the end. Returns what ends it. */
function flushing(views: RecordViews, { metrics, logger }: ServiceParts<ViewingConfig>): () => Promise<void> {
  const lost = metrics.counter('visit_events_lost_total', 'Events of visitors that were not counted, as too many waited');
  const flush = async (): Promise<void> => lost.inc(await views.flush());
  const flusher = loop('visit events', logger, FLUSH_MS, flush);
  return async () => {
    await flusher.stop();
    await flush();
  };
}
