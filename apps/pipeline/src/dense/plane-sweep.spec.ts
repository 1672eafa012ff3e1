import type { Matrix3, Vec3 } from '../domain/colmap-model';
import { fuse, pixelOf, toWorld } from './fusion';
import { sweep, type SweepView } from './plane-sweep';

const [WIDTH, HEIGHT, FOCAL] = [120, 90, 110];
const IDENTITY: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** A wall at z = 4 with a box at z = 3 before its middle, textured by a fixed hash; what a camera at `centre` sees of it. */
function view(centre: Vec3): { view: SweepView; truth: Float32Array } {
  const grey = new Float32Array(WIDTH * HEIGHT);
  const truth = new Float32Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      const [dx, dy] = [(x + 0.5 - WIDTH / 2) / FOCAL, (y + 0.5 - HEIGHT / 2) / FOCAL];
      const near = 3 - centre[2];
      const onBox = Math.abs(centre[0] + dx * near) < 0.5 && Math.abs(centre[1] + dy * near) < 0.5;
      const depth = onBox ? near : 4 - centre[2];
      truth[y * WIDTH + x] = depth;
      grey[y * WIDTH + x] = texture(centre[0] + dx * depth, centre[1] + dy * depth, onBox ? 7 : 0);
    }
  }
  const translation: Vec3 = [-centre[0], -centre[1], -centre[2]];
  return {
    view: {
      width: WIDTH,
      height: HEIGHT,
      grey,
      fx: FOCAL,
      fy: FOCAL,
      cx: WIDTH / 2,
      cy: HEIGHT / 2,
      rotation: IDENTITY,
      translation,
    },
    truth,
  };
}

/** Smooth enough to be seen alike from two places, rich enough to tell them apart. */
function texture(x: number, y: number, seed: number): number {
  return (
    128 +
    40 * Math.sin(9 * x + seed) * Math.cos(11 * y) +
    30 * Math.sin(23 * x - 17 * y + seed) +
    20 * Math.sin(41 * y + 3 * seed + 5 * Math.sin(13 * x))
  );
}

const places: Vec3[] = [
  [0, 0, 0],
  [-0.4, 0, 0],
  [0.4, 0, 0],
  [0, 0.35, 0],
  [0, -0.35, 0],
];
const scene = places.map(view);
const options = { near: 2.2, far: 6, planes: 48 };

describe('the plane sweep', () => {
  const [first, ...others] = scene;
  const depth = sweep(
    first?.view as SweepView,
    others.map((other) => other.view),
    options,
  ); // the scene has five views

  it('finds the depth of most pixels within one per cent of the truth', () => {
    const errors = [...depth].flatMap((value, i) =>
      value > 0 ? [Math.abs(value - (first?.truth[i] ?? 0)) / (first?.truth[i] ?? 1)] : [],
    );
    expect(errors.length / depth.length).toBeGreaterThan(0.6);
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.01);
    expect(errors.filter((error) => error < 0.02).length / errors.length).toBeGreaterThan(0.85);
  });

  it('says nothing where there is no texture', () => {
    const blank = scene.map(({ view: seen }) => ({ ...seen, grey: new Float32Array(WIDTH * HEIGHT).fill(100) }));
    expect([...sweep(blank[0] as SweepView, blank.slice(1), options)].every((value) => value === 0)).toBe(true);
  });

  it('fuses only what views agree on, onto the surfaces', () => {
    const views = scene.map(({ view: seen }, i) => ({
      ...seen,
      rgb: new Uint8Array(WIDTH * HEIGHT * 3).fill(90),
      depth: sweep(
        seen,
        scene.filter((_, j) => j !== i).map((other) => other.view),
        options,
      ),
    }));
    const cloud = fuse(
      views,
      views.map((_, i) => views.map((__, j) => j).filter((j) => j !== i)),
    );
    expect(cloud.count).toBeGreaterThan(2_000);
    const distances = Array.from({ length: cloud.count }, (_, i) =>
      Math.min(Math.abs((cloud.xyz[i * 3 + 2] ?? 0) - 3), Math.abs((cloud.xyz[i * 3 + 2] ?? 0) - 4)),
    ).sort((a, b) => a - b);
    expect(distances[Math.floor(cloud.count * 0.9)]).toBeLessThan(0.06);
  });

  it('takes a pixel to the world and back', () => {
    const seen = scene[2]?.view as SweepView; // the scene has five views
    expect(pixelOf(seen, toWorld(seen, 30, 40, 3.5))).toMatchObject({ pixel: 40 * WIDTH + 30 });
  });
});
