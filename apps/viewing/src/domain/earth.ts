import { turn, type Vec3 } from '@stead/platform/similarity';

/** WGS 84, in metres. */
const A = 6_378_137;
const F = 1 / 298.257223563;
const E2 = F * (2 - F);
const DEGREES = 180 / Math.PI;
/** Bowring's method is exact to a nanometre after two rounds near the ground. */
const LATITUDE_ROUNDS = 4;

/** Mean radius of the earth (Moritz, Geodetic Reference System 1980, table 2: R1). */
export const EARTH_RADIUS_M = 6_371_008.8;

/** Degrees, WGS 84. */
export interface Position {
  latitude: number;
  longitude: number;
}

export interface Origin {
  originLatitude: number;
  originLongitude: number;
  originHeightM: number;
}

/** East, north and up, in metres from an origin, to degrees (Hofmann-Wellenhof et al., GNSS, §8.2). */
export function placeOf(enu: Vec3, { originLatitude, originLongitude, originHeightM }: Origin): Position & { heightM: number } {
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

/** Degrees between which all lies that is no farther away than asked. */
export interface Surroundings {
  latitudes: readonly [number, number];
  /** Two ranges where the line of the date lies between. */
  longitudes: readonly (readonly [number, number])[];
}

/** A circle on a sphere touches its meridians where sin Δλ = sin δ / cos φ (Bronshtein et al., Handbook of Mathematics, §3.4.2). */
export function surroundingsOf({ latitude, longitude }: Position, radiusM: number): Surroundings {
  const wide = radiusM / EARTH_RADIUS_M;
  const [south, north] = [latitude - wide * DEGREES, latitude + wide * DEGREES];
  // Around a pole every meridian is met.
  if (south <= -90 || north >= 90) return { latitudes: [Math.max(-90, south), Math.min(90, north)], longitudes: [[-180, 180]] };
  const side = Math.asin(Math.sin(wide) / Math.cos(latitude / DEGREES)) * DEGREES;
  const [west, east] = [longitude - side, longitude + side];
  if (west < -180) return { latitudes: [south, north], longitudes: [[-180, east], [west + 360, 180]] }; // prettier-ignore
  if (east > 180) return { latitudes: [south, north], longitudes: [[west, 180], [-180, east - 360]] }; // prettier-ignore
  return { latitudes: [south, north], longitudes: [[west, east]] };
}
