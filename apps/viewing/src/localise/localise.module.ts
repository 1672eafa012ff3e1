import type { Provider } from '@nestjs/common';
import { Clock } from '@stead/platform/clock';
import { provide, provideValue } from '@stead/platform/nest';
import type { ServiceParts } from '@stead/platform/service';
import { Places } from '../application/places';
import { BundleFiles } from '../application/ports';
import type { ViewingConfig } from '../config';
import { VisitTokens } from '../domain/visit-tokens';
import { ChildPhotoLocator } from './child-photo-locator';
import { LocalisePhoto } from './localise-photo';
import { MapFiles } from './map-files';
import { PrometheusLocaliseMeter } from './photo-meter';
import { LocaliseMeter, PhotoLocator, PhotoQuota } from './ports';
import { RedisPhotoQuota } from './redis-photo-quota';

/** What placing photos adds to the module of the api. */
export function localiseProviders(parts: ServiceParts<ViewingConfig>): Provider[] {
  const locator = new ChildPhotoLocator({ processes: parts.config.LOCALISE_PROCESSES });
  parts.onClose(() => locator.stop());
  return [
    provideValue(PhotoLocator, locator),
    provideValue(PhotoQuota, new RedisPhotoQuota(parts.redis)),
    provideValue(LocaliseMeter, new PrometheusLocaliseMeter(parts.metrics)),
    provide(MapFiles, BundleFiles),
    provide(LocalisePhoto, Places, VisitTokens, MapFiles, PhotoLocator, PhotoQuota, LocaliseMeter, Clock),
  ];
}
