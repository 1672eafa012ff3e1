import type { Vec3 } from '@stead/platform/similarity';

/** WGS 84. */
const A = 6_378_137;
const F = 1 / 298.257223563;
const E2 = F * (2 - F);

interface Place {
  latitude: number;
  longitude: number;
  altitudeM: number;
}

/** Geodetic degrees and metres to earth-centred metres (Hofmann-Wellenhof et al., GNSS, §8.2). */
export function toEcef({ latitude, longitude, altitudeM }: Place): Vec3 {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  const n = A / Math.sqrt(1 - E2 * Math.sin(phi) ** 2);
  return [
    (n + altitudeM) * Math.cos(phi) * Math.cos(lambda),
    (n + altitudeM) * Math.cos(phi) * Math.sin(lambda),
    (n * (1 - E2) + altitudeM) * Math.sin(phi),
  ];
}

/** East, north and up of a place, in metres, seen from an origin. */
export function toEnu(origin: Place, place: Place): Vec3 {
  const [o, p] = [toEcef(origin), toEcef(place)];
  const [x, y, z] = [p[0] - o[0], p[1] - o[1], p[2] - o[2]];
  const [phi, lambda] = [(origin.latitude * Math.PI) / 180, (origin.longitude * Math.PI) / 180];
  const [sp, cp, sl, cl] = [Math.sin(phi), Math.cos(phi), Math.sin(lambda), Math.cos(lambda)];
  return [-sl * x + cl * y, -sp * cl * x - sp * sl * y + cp * z, cp * cl * x + cp * sl * y + sp * z];
}
