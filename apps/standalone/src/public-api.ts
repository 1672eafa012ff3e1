import { dispatcherService } from '@stead/apps/dispatcher/src/service';
import { mergeDocuments, type ServiceDocument } from '@stead/apps/gateway/src/adapters/http/openapi-merge';
import { notificationsService } from '@stead/apps/notifications/src/service';
import { spaceMapsService } from '@stead/apps/space-maps/src/service';
import { studioService } from '@stead/apps/studio/src/service';
import { viewingService } from '@stead/apps/viewing/src/service';
import { workspacesService } from '@stead/apps/workspaces/src/service';
import { endpointsOf, openApiOf, type OpenApiDocument } from '@stead/platform/http';

const SERVICES = [workspacesService, spaceMapsService, dispatcherService, studioService, viewingService, notificationsService];

/** What the gateway answers at `/openapi.json`, from the code alone: no server is started. */
export function publicApi(): OpenApiDocument {
  const documents: ServiceDocument[] = SERVICES.map(({ name, controllers }) => ({
    service: name,
    document: openApiOf(name, '1', controllers.flatMap(endpointsOf)),
  }));
  return mergeDocuments(documents);
}
