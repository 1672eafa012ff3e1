import type { DynamicModule } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import { Outbox } from '@stead/platform/outbox';
import { ObjectStore, S3ObjectStore } from '@stead/platform/object-store';
import type { ServiceParts } from '@stead/platform/service';
import { MediaController } from './adapters/http/media.controller';
import { MapVersionsController } from './adapters/http/map-versions.controller';
import { PublicationsController } from './adapters/http/publications.controller';
import { ShareLinksController } from './adapters/http/share-links.controller';
import { SceneContentsController } from './adapters/http/scene-contents.controller';
import { SceneMovesController } from './adapters/http/scene-moves.controller';
import { ScenesController } from './adapters/http/scenes.controller';
import { PostgresEditionStore } from './adapters/postgres/edition.store';
import { PostgresElementStore } from './adapters/postgres/element.store';
import { PostgresMapVersionStore } from './adapters/postgres/map-version.store';
import { PostgresMediaStore } from './adapters/postgres/media.store';
import { PostgresPublicationStore } from './adapters/postgres/publication.store';
import { PostgresRevisionStore } from './adapters/postgres/revision.store';
import { PostgresSceneStore } from './adapters/postgres/scene.store';
import { PostgresShareLinkStore } from './adapters/postgres/share-link.store';
import { PostgresUnitOfWork } from './adapters/postgres/unit-of-work';
import { S3MapFrames } from './adapters/s3/map.frames';
import { S3PublishedContents } from './adapters/s3/published.contents';
import { StrictRichText } from './adapters/rich-text';
import { CreatePublication } from './application/create-publication';
import { CreateScene } from './application/create-scene';
import { EditPublication } from './application/edit-publication';
import { EditScene } from './application/edit-scene';
import {
  EditionStore,
  MapVersionStore,
  PublicationStore,
  PublishedContents,
  ShareLinkStore,
  UnitOfWork,
} from './application/ports';
import { MediaLibrary } from './application/media-library';
import { MediaStore } from './application/media-ports';
import { FindMapVersion } from './application/find-map-version';
import { MoveScene } from './application/move-scene';
import { ReadScene } from './application/read-scene';
import { ElementStore, MapFrames, RevisionStore, RichText, SceneStore } from './application/scene-ports';
import { SceneEdits } from './application/scene-edits';
import { ShareLinks } from './application/share-links';
import { TakeEdition } from './application/take-edition';
import type { StudioConfig } from './config';

export const CONTROLLERS = [
  PublicationsController,
  ShareLinksController,
  ScenesController,
  SceneContentsController,
  SceneMovesController,
  MediaController,
  MapVersionsController,
];

class StudioApiModule {}

export function apiModule(parts: ServiceParts<StudioConfig>): DynamicModule {
  const store = new S3ObjectStore(parts.config.objectStore);
  parts.onClose(() => Promise.resolve(store.close()));
  return {
    module: StudioApiModule,
    controllers: CONTROLLERS,
    providers: [
      provideValue(UnitOfWork, new PostgresUnitOfWork(parts.api)),
      provideValue(Outbox, parts.outbox),
      provideValue(Clock, parts.clock),
      provideValue(PublicationStore, new PostgresPublicationStore()),
      provideValue(MapVersionStore, new PostgresMapVersionStore()),
      provide(FindMapVersion, UnitOfWork, MapVersionStore),
      provideValue(ObjectStore, store),
      provideValue(MediaStore, new PostgresMediaStore()),
      provide(MediaLibrary, UnitOfWork, MediaStore, ObjectStore, Outbox, Clock),
      provide(TakeEdition, UnitOfWork, SceneStore, ElementStore, MapFrames, MediaStore, PublishedContents),
      provide(CreatePublication, UnitOfWork, PublicationStore, MapVersionStore, EditionStore, TakeEdition, Outbox, Clock),
      provide(EditPublication, UnitOfWork, PublicationStore, MapVersionStore, EditionStore, TakeEdition, Outbox, Clock),
      provideValue(ShareLinkStore, new PostgresShareLinkStore()),
      provide(ShareLinks, UnitOfWork, PublicationStore, ShareLinkStore, Outbox, Clock),
      provideValue(EditionStore, new PostgresEditionStore()),
      provideValue(PublishedContents, new S3PublishedContents(store)),
      provideValue(SceneStore, new PostgresSceneStore()),
      provideValue(RevisionStore, new PostgresRevisionStore()),
      provideValue(ElementStore, new PostgresElementStore()),
      provideValue(RichText, new StrictRichText()),
      provide(CreateScene, UnitOfWork, SceneStore, MapVersionStore, Clock),
      provideValue(MapFrames, new S3MapFrames(store, parts.logger)),
      provide(ReadScene, UnitOfWork, SceneStore, RevisionStore, ElementStore, MapFrames),
      provide(SceneEdits, UnitOfWork, SceneStore, ElementStore, MapVersionStore, MediaStore, Clock),
      provide(EditScene, UnitOfWork, SceneStore, RevisionStore, ElementStore, SceneEdits, RichText),
      provide(MoveScene, UnitOfWork, SceneStore, ElementStore, MapVersionStore, MapFrames, SceneEdits),
    ],
  };
}
