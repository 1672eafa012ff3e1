import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { validateBytes } from 'gltf-validator';
import { pointsGlb } from './glb';
import { Octree, type TileNode } from './octree';
import { PointFile } from './point-file';
import { countPoints, countTiles, tilesetOf } from './tileset';
import { pointsOfGlb } from '../steps/tiled-points';

type Point = readonly [number, number, number];

async function build(
  points: readonly Point[],
  memoryPointsMax: number,
  leafPointsMax = 40,
): Promise<{ root: TileNode; glbs: Map<string, Buffer> }> {
  const folder = mkdtempSync(join(tmpdir(), 'stead-octree-'));
  try {
    const file = await PointFile.create(join(folder, 'r.points'));
    for (const [x, y, z] of points) await file.add(x, y, z, 200, 100, 50);
    await file.close();
    const glbs = new Map<string, Buffer>();
    const octree = new Octree({
      folder,
      leafPointsMax,
      memoryPointsMax,
      write: (name, glb) => {
        glbs.set(name, glb);
        return Promise.resolve(name);
      },
      onPoints: () => undefined,
    });
    return { root: await octree.fromFile(file.path, file.count, { min: [0, 0, 0], size: 10.001 }), glbs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const cloud = fc.array(
  fc.tuple(
    fc.float({ min: 0, max: 10, noNaN: true }),
    fc.float({ min: 0, max: 10, noNaN: true }),
    fc.float({ min: 0, max: 10, noNaN: true }),
  ),
  { minLength: 1, maxLength: 400 },
);

describe('the octree', () => {
  it('keeps every point in exactly one tile, in memory or through files', async () => {
    await fc.assert(
      fc.asyncProperty(cloud, fc.constantFrom(10, 60, 100_000), async (points, memoryPointsMax) => {
        const { root, glbs } = await build(points, memoryPointsMax);
        expect(countPoints(root)).toBe(points.length);
        expect([...glbs.values()].reduce((sum, glb) => sum + pointsOfGlb(glb).count, 0)).toBe(points.length);
        expect(countTiles(root)).toBe(glbs.size);
      }),
      { numRuns: 40 },
    );
  });

  it('ends on many equal points, which no cube can part', async () => {
    const { root } = await build(
      Array.from({ length: 500 }, () => [5, 5, 5] as const),
      50,
    );
    expect(countPoints(root)).toBe(500);
  });

  it('nests children in their parents and lets the error fall towards the leaves, which have none', async () => {
    const { root } = await build(
      Array.from({ length: 3000 }, (_, i) => [(i * 7.13) % 10, (i * 3.71) % 10, (i * 1.37) % 10] as const),
      200,
    );
    const check = (node: TileNode): void => {
      if (node.children.length === 0) expect(node.geometricError).toBe(0);
      for (const child of node.children) {
        expect(child.geometricError).toBeLessThan(node.geometricError);
        for (const axis of [0, 1, 2] as const) {
          expect(child.cube.min[axis]).toBeGreaterThanOrEqual(node.cube.min[axis]);
          expect(child.cube.min[axis] + child.cube.size).toBeLessThanOrEqual(node.cube.min[axis] + node.cube.size + 1e-9);
        }
        check(child);
      }
    };
    check(root);
    expect(tilesetOf(root)).toMatchObject({ asset: { version: '1.1' }, root: { refine: 'ADD' } });
  });

  it('writes glTF that the Khronos validator accepts, with positions to a 65,535th of their box and sRGB colours', async () => {
    const xyz = Float64Array.from([0, 0, 0, 1, 2, 3, 0.5, 0.25, 2.75]);
    const rgb = Uint8Array.from([0, 0, 0, 255, 255, 255, 200, 100, 50]);
    const glb = pointsGlb(xyz, rgb, 3);
    const report = await validateBytes(new Uint8Array(glb));
    expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
    const back = pointsOfGlb(glb);
    xyz.forEach((value, i) => expect(back.xyz[i]).toBeCloseTo(value, 3));
    rgb.forEach((value, i) => expect(Math.abs((back.rgb[i] ?? 0) - value)).toBeLessThanOrEqual(8));
  });
});
