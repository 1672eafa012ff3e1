import type { LocalizedPhoto } from '@stead/contracts/viewing';
import { standpointOf, type CameraPose } from '@stead/platform/camera-pose';
import { quaternionOf, turn, type Vec3 } from '@stead/platform/similarity';
import type { Georeference } from './map-files';

/** WGS 84. */
const A = 6_378_137;
const F = 1 / 298.257223563;
const E2 = F * (2 - F);
const DEGREES = 180 / Math.PI;
/** Bowring's method is exact to a nanometre after two rounds near the ground. */
const LATITUDE_ROUNDS = 4;

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

/** East, north and up, in metres from an origin, to degrees (Hofmann-Wellenhof et al., GNSS, §8.2). */
function placeOf(
  enu: Vec3,
  { originLatitude, originLongitude, originHeightM }: NonNullable<Georeference>,
): { latitude: number; longitude: number; heightM: number } {
  const [phi, lambda] = [originLatitude / DEGREES, originLongitude / DEGREES];
  const [sp, cp, sl, cl] = [Math.sin(phi), Math.cos(phi), Math.sin(lambda), Math.cos(lambda)];
  const n = A / Math.sqrt(1 - E2 * sp * sp);
  const away = turn([-sl, -sp * cl, cp * cl, cl, -sp * sl, cp * sl, 0, cp, sp], enu);
  const [x, y, z] = [
    (n + originHeightM) * cp * cl + away[0],
    (n + originHeightM) * cp * sl + away[1],
    (n * (1 - E2) + originHeightM) * sp + away[2],
  ];
  const fromAxis = Math.hypot(x, y);
  let latitude = Math.atan2(z, fromAxis * (1 - E2));
  for (let round = 0; round < LATITUDE_ROUNDS; round += 1) {
    const sine = Math.sin(latitude);
    latitude = Math.atan2(z + (E2 * A * sine) / Math.sqrt(1 - E2 * sine * sine), fromAxis);
  }
  const sine = Math.sin(latitude);
  const heightM = fromAxis * Math.cos(latitude) + z * sine - A * Math.sqrt(1 - E2 * sine * sine);
  return { latitude: latitude * DEGREES, longitude: Math.atan2(y, x) * DEGREES, heightM };
}
