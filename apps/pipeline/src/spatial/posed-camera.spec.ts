import type { Vec3 } from '@stead/platform/similarity';
import { lensOf } from '../dense/lens';
import { imagesInOrder, parseModel } from '../domain/colmap-model';
import { applyTransform, type Transform } from '../domain/transform';
import { RenderedScene } from '../testing/rendered-scene';
import { PosedCamera } from './posed-camera';

const scene = new RenderedScene({ views: 3, k1: -0.12 });
const model = parseModel((({ cameras, images, points3D }) => ({ cameras, images, points3D }))(scene.modelText()));
/** Turned about an axis of no special direction, moved and scaled. */
const transform: Transform = {
  scale: 2.5,
  rotation: [2 / 3, -1 / 3, 2 / 3, 2 / 3, 2 / 3, -1 / 3, -1 / 3, 2 / 3, 2 / 3],
  translation: [10, -4, 2],
  units: 'metre',
  georeference: null,
};

describe('a photo over the map', () => {
  const images = imagesInOrder(model);
  const cameras = images.map((image) => {
    const lens = lensOf(scene.camera);
    if (lens === null) throw new Error('a lens of the scene');
    return new PosedCamera(scene.camera, lens, image, transform);
  });

  it('shows each point where the photo observed it', () => {
    let seen = 0;
    for (const [i, image] of images.entries()) {
      for (const { x, y, point3DId } of image.points2D) {
        const point = model.points.get(point3DId ?? -1);
        if (point === undefined) continue;
        const pixel = cameras[i]?.pixelOf(...applyTransform(transform, point.xyz));
        expect(Math.hypot((pixel?.u ?? NaN) - x, (pixel?.v ?? NaN) - y)).toBeLessThan(0.01);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThan(500);
  });

  it('sends its rays back to what its pixels show', () => {
    for (const camera of cameras) {
      for (const [u, v] of [
        [3, 4],
        [200, 150],
        [396, 295],
        [20, 280],
      ] as const) {
        const ray = camera.rayOf(u, v);
        const point = [0, 1, 2].map((axis) => (camera.centre[axis] ?? NaN) + 7 * (ray[axis] ?? NaN)) as Vec3; // three of them
        const pixel = camera.pixelOf(...point);
        expect(pixel?.depth).toBeCloseTo(7, 6);
        expect(Math.hypot((pixel?.u ?? NaN) - u, (pixel?.v ?? NaN) - v)).toBeLessThan(1e-3);
      }
    }
  });

  it('does not show what lies behind it or beside it, however the lens formula bends', () => {
    const [camera] = cameras;
    if (camera === undefined) throw new Error('three views');
    const ahead = camera.rayOf(200, 150);
    const side = camera.rayOf(399, 150);
    const at = (factor: number, lateral: number): Vec3 =>
      [0, 1, 2].map(
        (axis) =>
          (camera.centre[axis] ?? NaN) + factor * (ahead[axis] ?? NaN) + lateral * ((side[axis] ?? NaN) - (ahead[axis] ?? NaN)),
      ) as Vec3; // three of them
    expect(camera.pixelOf(...at(-3, 0))).toBeNull();
    for (let lateral = 1.1; lateral < 40; lateral += 0.3) expect(camera.pixelOf(...at(1, lateral))).toBeNull();
  });

  it('knows a box around whatever it may show of a body', () => {
    const [camera] = cameras;
    if (camera === undefined) throw new Error('three views');
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n): Vec3 => {
      const own: Vec3 = [-0.6 + 1 * (n & 1), 0.2 + (n & 2 ? 1 : 0), 3.2 + (n & 4 ? 0.6 : 0)];
      return applyTransform(transform, own);
    });
    const box = camera.boxOf(corners);
    expect(box.width * box.height).toBeLessThan(0.5 * 400 * 300);
    for (let n = 0; n < 2000; n += 1) {
      const own: Vec3 = [-0.6 + ((n * 0.618) % 1), 0.2 + ((n * 0.755) % 1), 3.2 + 0.6 * ((n * 0.57) % 1)];
      const pixel = camera.pixelOf(...applyTransform(transform, own));
      if (pixel === null) continue;
      expect(pixel.u >= box.x && pixel.v >= box.y && pixel.u <= box.x + box.width && pixel.v <= box.y + box.height).toBe(true);
    }
  });
});
