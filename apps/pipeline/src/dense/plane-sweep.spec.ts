import type { Matrix3, Vec3 } from '@stead/platform/similarity';
import { depthOfPlane, sweep } from './plane-sweep';
import { homography, pixelOf, toWorld, type SweepView } from './view';

const [WIDTH, HEIGHT, FOCAL] = [120, 90, 110];
const IDENTITY: Matrix3 = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** A wall at z = 4 with a box at z = 3 before its middle; what a camera at `centre` sees of it. */
function view(centre: Vec3): { view: SweepView; truth: Float32Array } {
  const grey = new Uint8Array(WIDTH * HEIGHT);
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
  const size = { width: WIDTH, height: HEIGHT, fx: FOCAL, fy: FOCAL, cx: WIDTH / 2, cy: HEIGHT / 2 };
  return { view: { ...size, grey, rotation: IDENTITY, translation }, truth };
}

function texture(x: number, y: number, seed: number): number {
  const fine = 20 * Math.sin(41 * y + 3 * seed + 5 * Math.sin(13 * x));
  return 128 + 40 * Math.sin(9 * x + seed) * Math.cos(11 * y) + 30 * Math.sin(23 * x - 17 * y + seed) + fine;
}

const reference = view([0, 0, 0]);
const neighbours = [view([-0.4, 0, 0]), view([0.4, 0, 0]), view([0, 0.35, 0]), view([0, -0.35, 0])].map((one) => one.view);
const options = { near: 2.2, far: 6, planes: 48 };

function blank(one: SweepView): SweepView {
  return { ...one, grey: new Uint8Array(WIDTH * HEIGHT).fill(100) };
}

describe('the plane sweep', () => {
  it('finds the depth of most pixels within one per cent of the truth', () => {
    const depth = sweep(reference.view, neighbours, options);
    const errors = [...depth].flatMap((value, i) => {
      const truth = reference.truth[i] ?? 1;
      return value > 0 ? [Math.abs(value - truth) / truth] : [];
    });
    expect(errors.length / depth.length).toBeGreaterThan(0.6);
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.005);
    expect(errors.filter((error) => error < 0.02).length / errors.length).toBeGreaterThan(0.85);
  });

  it('says nothing where there is no texture', () => {
    const depth = sweep(blank(reference.view), neighbours.map(blank), options);
    expect(depth.every((value) => value === 0)).toBe(true);
  });

  it('does not take the word of one neighbour where others do not agree', () => {
    const [first, ...others] = neighbours;
    const depth = sweep(reference.view, [...(first ? [first] : []), ...others.map(blank)], options);
    expect(depth.every((value) => value === 0)).toBe(true);
  });

  it('says nothing where the lens showed nothing', () => {
    const grey = Uint8Array.from(reference.view.grey, (value, i) => (i % WIDTH < 60 ? 0 : value));
    const depth = sweep({ ...reference.view, grey }, neighbours, options);
    expect(depth.some((value, i) => value > 0 && i % WIDTH < 60)).toBe(false);
    expect(depth.filter((value) => value > 0).length).toBeGreaterThan(1000);
  });

  it('says nothing about surfaces out of its range, rather than the nearest plane', () => {
    const depth = sweep(reference.view, neighbours, { near: 8, far: 20, planes: 32 });
    expect(depth.filter((value) => value > 0).length / depth.length).toBeLessThan(0.05);
  });

  it('spaces its planes evenly in inverse depth, from far to near', () => {
    const inverse = Array.from({ length: 48 }, (_, plane) => 1 / depthOfPlane(plane, options));
    expect(1 / (inverse[0] ?? 0)).toBeCloseTo(options.far, 9);
    expect(1 / (inverse[47] ?? 0)).toBeCloseTo(options.near, 9);
    for (let i = 2; i < 48; i += 1) {
      const steps = [i, i - 1].map((j) => (inverse[j] ?? 0) - (inverse[j - 1] ?? 0));
      expect(steps[0]).toBeCloseTo(steps[1] ?? 0, 9);
    }
  });
});

describe('a view', () => {
  const turned: SweepView = { ...reference.view, rotation: [0.8, 0, 0.6, 0, 1, 0, -0.6, 0, 0.8], translation: [0.2, -0.1, 0.4] };

  it('takes a pixel to the world and back', () => {
    expect(pixelOf(turned, toWorld(turned, 30, 40, 3.5))).toMatchObject({ pixel: 40 * WIDTH + 30 });
    expect(pixelOf(turned, toWorld(turned, 30, 40, 3.5))?.depth).toBeCloseTo(3.5, 9);
  });

  it('shows nothing behind itself and beyond its rim', () => {
    expect(pixelOf(turned, toWorld(turned, 30, 40, -1))).toBeNull();
    expect(pixelOf(turned, toWorld(turned, WIDTH + 1, 40, 2))).toBeNull();
  });

  it('sees the pixels of a plane where the homography says', () => {
    const [x, y, depth] = [44, 31, 2.7];
    const h = homography(reference.view, turned, depth);
    const on = (row: 0 | 3 | 6): number => h[row] * (x + 0.5) + (h[row + 1] ?? 0) * (y + 0.5) + (h[row + 2] ?? 0);
    const pixel = pixelOf(turned, toWorld(reference.view, x, y, depth))?.pixel;
    expect(Math.floor(on(3) / on(6)) * WIDTH + Math.floor(on(0) / on(6))).toBe(pixel);
  });
});
