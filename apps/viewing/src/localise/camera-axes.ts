import type { LocalizedPhoto } from '@stead/contracts/viewing';
import { standpointOf, type CameraPose } from '@stead/platform/camera-pose';
import { quaternionOf } from '@stead/platform/similarity';
import { placeOf } from '../domain/earth';
import type { Georeference } from './map-files';

/** From the search's axes (looking along +z, y down) to those of browsers (looking along -z, y up). */
export function poseInMap(pose: CameraPose): LocalizedPhoto['pose'] {
  const r = pose.rotation;
  const [w, x, y, z] = quaternionOf([r[0], -r[3], -r[6], r[1], -r[4], -r[7], r[2], -r[5], -r[8]]);
  return { position: standpointOf(pose), rotation: [x, y, z, w] };
}

/**
 * The pose on the earth. The map's axes are east, north and up at its origin; a kilometre away those of the place itself differ
 * by a hundredth of a degree, which is left out.
 */
export function geoPoseOf({ position, rotation }: LocalizedPhoto['pose'], origin: Georeference): LocalizedPhoto['geoPose'] {
  if (origin === null) return null;
  const [x, y, z, w] = rotation;
  const { latitude, longitude, heightM } = placeOf(position, origin);
  return { position: { lat: latitude, lon: longitude, h: heightM }, quaternion: { x, y, z, w } };
}
