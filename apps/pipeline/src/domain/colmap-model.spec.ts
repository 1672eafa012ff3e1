import fc from 'fast-check';
import { rotationOf, type Quaternion, type Vec3 } from '@stead/platform/similarity';
import { cameraCentre, imagesInOrder, meanReprojectionPx, meanTrackLength, parseModel } from './colmap-model';
import type { ModelText } from './colmap-model';
import { Malformed } from '@stead/platform/malformed';

const text: ModelText = {
  cameras: '# Camera list\n1 SIMPLE_RADIAL 800 600 600.5 400 300 0.01\n',
  images:
    '# Image list\n2 1 0 0 0 0 0 1 1 0002.jpg\n10.5 20.5 7 30 40 -1\n1 0.5 0.5 0.5 0.5 1 2 3 1 a b.jpg\n\n3 1 0 0 0 0 0 0 1 0003.jpg\n',
  points3D: '# points\n7 1 2 3 255 128 0 0.5 2 0 1 4\n8 0 0 0 1 2 3 2 2 1\n',
};

describe('a COLMAP text model', () => {
  const model = parseModel(text);

  it('is read with its cameras, poses, observations and tracks', () => {
    expect(model.cameras.get(1)).toEqual({
      id: 1,
      model: 'SIMPLE_RADIAL',
      width: 800,
      height: 600,
      params: [600.5, 400, 300, 0.01],
    });
    expect(model.images.get(2)).toEqual({
      id: 2,
      name: '0002.jpg',
      cameraId: 1,
      qvec: [1, 0, 0, 0],
      tvec: [0, 0, 1],
      points2D: [
        { x: 10.5, y: 20.5, point3DId: 7 },
        { x: 30, y: 40, point3DId: null },
      ],
    });
    expect(model.points.get(7)).toEqual({
      id: 7,
      xyz: [1, 2, 3],
      rgb: [255, 128, 0],
      error: 0.5,
      track: [
        { imageId: 2, index: 0 },
        { imageId: 1, index: 4 },
      ],
    });
  });

  it('keeps an image without observations, also at the end of the file, and names with spaces', () => {
    expect(model.images.get(1)).toMatchObject({ name: 'a b.jpg', points2D: [] });
    expect(model.images.get(3)).toMatchObject({ name: '0003.jpg', points2D: [] });
    expect(imagesInOrder(model).map((image) => image.name)).toEqual(['0002.jpg', '0003.jpg', 'a b.jpg']);
  });

  it('weighs the reprojection error by observations', () => {
    expect(meanReprojectionPx(model)).toBeCloseTo((0.5 * 2 + 2) / 3, 12);
    expect(meanTrackLength(model)).toBe(1.5);
    expect(meanReprojectionPx({ ...model, points: new Map() })).toBeNull();
  });

  const wrong: [string, Partial<ModelText>][] = [
    ['a pose with a word for a number', { images: '1 1 0 0 zero 0 0 0 1 a.jpg\n\n' }],
    ['observations cut short', { images: '1 1 0 0 0 0 0 0 1 a.jpg\n10 20\n' }],
    ['a quaternion of length zero', { images: '1 0 0 0 0 0 0 0 1 a.jpg\n\n' }],
    ['an image of a camera that is not there', { images: '1 1 0 0 0 0 0 0 9 a.jpg\n\n' }],
    ['a camera without parameters', { cameras: '1 PINHOLE 800\n' }],
    ['a point cut short', { points3D: '7 1 2 3 255\n' }],
  ];
  it.each(wrong)('is refused with %s', (_name, part) => {
    expect(() => parseModel({ ...text, ...part })).toThrow(Malformed);
  });
});

describe('the centre of a camera', () => {
  it('is the point that the pose sends to the origin', () => {
    const component = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(component, component, component, component), fc.tuple(component, component, component), (q, t) => {
        fc.pre(Math.hypot(...q) > 0.01);
        const qvec: Quaternion = q;
        const tvec: Vec3 = t;
        const r = rotationOf(qvec);
        const c = cameraCentre({ qvec, tvec });
        for (let row = 0; row < 3; row += 1) {
          const [a = 0, b = 0, d = 0] = r.slice(row * 3, row * 3 + 3);
          expect(a * c[0] + b * c[1] + d * c[2] + (tvec[row] ?? 0)).toBeCloseTo(0, 9);
        }
      }),
    );
  });
});
