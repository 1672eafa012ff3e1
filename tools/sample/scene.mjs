// The gallery: a room of 6 x 5 x 3 m with paintings, plinths, a column, a globe and a number plate. z is up, metres.
import { numberPlate, painting, planks, plaster, stone } from './materials.mjs';

export const ROOM = { x: 6, y: 5, z: 3 };

/** A flat rectangle: a corner, two edges at right angles, a surface. `normal` looks at who may see it. */
function panel(corner, right, up, material) {
  const width = Math.hypot(...right);
  const height = Math.hypot(...up);
  const r = right.map((c) => c / width);
  const q = up.map((c) => c / height);
  const normal = [r[1] * q[2] - r[2] * q[1], r[2] * q[0] - r[0] * q[2], r[0] * q[1] - r[1] * q[0]];
  return { kind: 'panel', corner, r, q, normal, width, height, material };
}

/** A box turned about the vertical, as five panels (nobody looks at its bottom). */
function box(x, y, z, sizeX, sizeY, sizeZ, turnDeg, material) {
  const c = Math.cos((turnDeg * Math.PI) / 180);
  const s = Math.sin((turnDeg * Math.PI) / 180);
  const at = (dx, dy, dz) => [x + c * dx - s * dy, y + s * dx + c * dy, z + dz];
  const along = (dx, dy) => [c * dx - s * dy, s * dx + c * dy, 0];
  const [hx, hy] = [sizeX / 2, sizeY / 2];
  const up = [0, 0, sizeZ];
  return [
    panel(at(-hx, -hy, 0), along(sizeX, 0), up, material),
    panel(at(hx, -hy, 0), along(0, sizeY), up, material),
    panel(at(hx, hy, 0), along(-sizeX, 0), up, material),
    panel(at(-hx, hy, 0), along(0, -sizeY), up, material),
    panel(at(-hx, -hy, sizeZ), along(sizeX, 0), along(0, sizeY), material),
  ];
}

const { x: X, y: Y, z: Z } = ROOM;
/** Paintings hang this far off the wall. */
const OFF = 0.03;

/** A painting on the far wall (y = Y), left or right wall, by its lower left corner as one faces it. */
const onFarWall = (x, z, w, h, style, seed) => panel([x, Y - OFF, z], [w, 0, 0], [0, 0, h], painting(w, h, style, seed));
const onLeftWall = (y, z, w, h, style, seed) => panel([OFF, y, z], [0, w, 0], [0, 0, h], painting(w, h, style, seed));
const onRightWall = (y, z, w, h, style, seed) => panel([X - OFF, y, z], [0, -w, 0], [0, 0, h], painting(w, h, style, seed));

export const SCENE = [
  panel([0, 0, 0], [X, 0, 0], [0, Y, 0], planks(11)),
  panel([0, Y, Z], [X, 0, 0], [0, -Y, 0], plaster(0.95, 0.94, 0.9, 21)),
  panel([0, Y, 0], [X, 0, 0], [0, 0, Z], plaster(0.86, 0.8, 0.7, 31)),
  panel([0, 0, 0], [0, Y, 0], [0, 0, Z], plaster(0.68, 0.77, 0.8, 41)),
  panel([X, Y, 0], [0, -Y, 0], [0, 0, Z], plaster(0.78, 0.72, 0.8, 51)),
  panel([X, 0, 0], [-X, 0, 0], [0, 0, Z], plaster(0.8, 0.8, 0.72, 61)),
  onFarWall(0.35, 1.0, 1.1, 1.4, 0, 101),
  onFarWall(1.75, 1.15, 1.3, 1.0, 1, 102),
  onFarWall(3.4, 0.95, 0.9, 1.5, 2, 103),
  onFarWall(4.6, 1.2, 1.1, 0.9, 3, 104),
  onLeftWall(1.2, 1.0, 1.2, 1.2, 2, 105),
  onLeftWall(3.1, 1.1, 1.4, 1.0, 3, 106),
  onRightWall(4.6, 1.0, 1.3, 1.3, 0, 107),
  onRightWall(2.8, 1.1, 1.2, 1.0, 1, 108),
  ...box(1.5, 3.9, 0, 0.55, 0.55, 0.8, 20, stone(0.95, 0.9, 0.82, 201)),
  ...box(1.5, 3.9, 0.8, 0.28, 0.28, 0.32, 50, stone(0.9, 0.45, 0.3, 202)),
  ...box(3.0, 3.5, 0, 0.7, 0.5, 0.6, -12, stone(0.8, 0.85, 0.95, 203)),
  ...box(4.5, 3.8, 0, 0.5, 0.5, 0.95, 35, stone(0.85, 0.95, 0.8, 204)),
  ...box(2.25, 4.45, 0, 0.5, 0.35, 0.45, 5, stone(0.95, 0.75, 0.5, 205)),
  { kind: 'sphere', centre: [3.0, 3.5, 0.88], radius: 0.28, material: stone(0.5, 0.75, 0.95, 206) },
  { kind: 'sphere', centre: [4.5, 3.8, 1.13], radius: 0.18, material: stone(0.95, 0.85, 0.4, 207) },
  { kind: 'column', centre: [5.45, 4.4], radius: 0.2, height: Z, material: stone(0.9, 0.85, 0.8, 208) },
  panel([2.72, 3.24, 0.2], [0.5, -0.106, 0], [0, 0, 0.125], numberPlate(0.511, 0.125, 'AB 123 CD')),
];
