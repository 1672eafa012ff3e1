import { InternalClient } from '@stead/platform/http';
import type { ServiceParts, ServiceSpec } from '@stead/platform/service';
import { MapVersionsController } from './adapters/http/map-versions.controller';
import { SpaceMapsController } from './adapters/http/space-maps.controller';
import { apiModule } from './api.module';
import type { SpaceMapsConfig } from './config';
import { workerModule } from './worker.module';

export const spaceMapsService: ServiceSpec<SpaceMapsConfig> = {
  name: 'space-maps',
  schema: 'space_maps',
  controllers: [SpaceMapsController, MapVersionsController],
  apiModule: (parts) => apiModule(parts, workspacesOf(parts)),
  workerModule,
};

function workspacesOf(parts: ServiceParts<SpaceMapsConfig>): InternalClient {
  return new InternalClient(parts.config.WORKSPACES_URL, parts.signer);
}
