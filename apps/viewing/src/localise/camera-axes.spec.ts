import { rotationOf, turn, type Quaternion, type Vec3 } from '@stead/platform/similarity';
import fc from 'fast-check';
import { geoPoseOf, poseInMap } from './camera-axes';

const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
const unit = fc.double({ min: -1, max: 1, noNaN: true });

describe('the pose of a camera in its map', () => {
  it('stands where the camera stands, looks along -z and has y up', () => {
    fc.assert(
      fc.property(fc.tuple(coordinate, coordinate, coordinate), fc.tuple(unit, unit, unit, unit), (at, q) => {
        fc.pre(Math.hypot(...q) > 0.1);
        const rotation = rotationOf(q);
        const [a, b, c] = turn(rotation, at);
        const { position, rotation: found } = poseInMap({ rotation, translation: [-a, -b, -c] });
        position.forEach((value, axis) => expect(value).toBeCloseTo(at[axis] ?? NaN, 9));
        const [x, y, z, w] = found;
        const toMap = rotationOf([w, x, y, z] satisfies Quaternion);
        // What lies ahead in the map lies on +z for the search, and what lies above on -y.
        near(turn(rotation, turn(toMap, [0, 0, -1])), [0, 0, 1]);
        near(turn(rotation, turn(toMap, [0, 1, 0])), [0, -1, 0]);
        near(turn(rotation, turn(toMap, [1, 0, 0])), [1, 0, 0]);
      }),
    );
  });

  it('is on the earth where the map is', () => {
    const georeference = { originLatitude: 37.5665, originLongitude: 126.978, originHeightM: 38, residualM: 1 };
    const pose = (position: Vec3): Parameters<typeof geoPoseOf>[0] => ({ position, rotation: [0, 0, 0, 1] });
    expect(geoPoseOf(pose([0, 0, 0]), null)).toBeNull();
    const at = geoPoseOf(pose([0, 0, 0]), georeference);
    expect(at?.position.lat).toBeCloseTo(37.5665, 10);
    expect(at?.position.lon).toBeCloseTo(126.978, 10);
    expect(at?.position.h).toBeCloseTo(38, 6);
    // A second of latitude is some 30.8 m here, one of longitude 24.5 m.
    const moved = geoPoseOf(pose([100, 200, 5]), georeference);
    expect(((moved?.position.lat ?? 0) - 37.5665) * 3600).toBeCloseTo(200 / 30.83, 2);
    expect(((moved?.position.lon ?? 0) - 126.978) * 3600).toBeCloseTo(100 / 24.53, 2);
    expect(moved?.position.h).toBeCloseTo(43.004, 2);
    expect(moved?.quaternion).toEqual({ x: 0, y: 0, z: 0, w: 1 });
  });
});

function near(found: Vec3, want: Vec3): void {
  found.forEach((value, axis) => expect(value).toBeCloseTo(want[axis] ?? NaN, 9));
}
