import fc from 'fast-check';
import { EARTH_RADIUS_M, surroundingsOf, type Position, type Surroundings } from './earth';

const RADIANS = Math.PI / 180;

/** Where one gets from a place by going so far in a direction (bearing from north), on a sphere. */
function walked({ latitude, longitude }: Position, bearing: number, metres: number): Position {
  const [phi, away] = [latitude * RADIANS, metres / EARTH_RADIUS_M];
  const there = Math.asin(Math.sin(phi) * Math.cos(away) + Math.cos(phi) * Math.sin(away) * Math.cos(bearing));
  const turned = Math.atan2(Math.sin(bearing) * Math.sin(away) * Math.cos(phi), Math.cos(away) - Math.sin(phi) * Math.sin(there));
  return { latitude: there / RADIANS, longitude: ((((longitude + turned / RADIANS + 180) % 360) + 360) % 360) - 180 };
}

function holds({ latitudes: [south, north], longitudes }: Surroundings, { latitude, longitude }: Position): boolean {
  const slack = 1e-6; // of arc sines near the poles
  const between = (value: number, [low, high]: readonly [number, number]): boolean =>
    value >= low - slack && value <= high + slack;
  return between(latitude, [south, north]) && longitudes.some((range) => between(longitude, range));
}

describe('the surroundings of a place', () => {
  it('hold everything within the radius, at the poles and across the line of the date too', () => {
    const place = fc.record({
      latitude: fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(-90, -89.9999, 0, 89.9999, 90)),
      longitude: fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(-180, -179.9999, 0, 179.9999, 180)),
    });
    const radius = fc.double({ min: 1, max: 100_000, noNaN: true });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const bearing = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });
    fc.assert(
      fc.property(place, radius, share, bearing, (from, radiusM, far, to) =>
        expect(holds(surroundingsOf(from, radiusM), walked(from, to, far * radiusM))).toBe(true),
      ),
      { numRuns: 2_000 },
    );
  });

  it('are not much larger than that', () => {
    const { latitudes, longitudes } = surroundingsOf({ latitude: 60, longitude: 10 }, 11_119.5);
    expect(latitudes[1] - latitudes[0]).toBeCloseTo(0.2, 4);
    expect((longitudes[0]?.[1] ?? 0) - (longitudes[0]?.[0] ?? 0)).toBeCloseTo(0.4, 3);
  });
});
