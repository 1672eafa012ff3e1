// Where the photos were taken: a walk along an arc through the front half of the room, looking at what stands in the back half.

export const WIDTH = 800;
export const HEIGHT = 600;
export const FOCAL_PX = 600;
/** 43.27 mm is the diagonal of 35 mm film. */
export const FOCAL_35MM = Math.round((FOCAL_PX / Math.hypot(WIDTH, HEIGHT)) * 43.27);
const VIEWS = 20;
const HELD_OUT = [4.5, 13.4];

/** One camera per photo of the walk. */
export function walk() {
  return Array.from({ length: VIEWS }, (_, index) => cameraAt(index, `${String(index + 1).padStart(4, '0')}.jpg`, index + 1));
}

/** Views between those of the walk that no map is made from, to try localisation with. */
export function heldOut() {
  return HELD_OUT.map((index, i) => cameraAt(index, `held-out-${i + 1}.jpg`, 1000 + i));
}

function cameraAt(index, image, seed) {
  const angle = ((-152 + (124 * index) / (VIEWS - 1)) * Math.PI) / 180;
  const centre = [3 + 2.6 * Math.cos(angle), 3.6 + 2.6 * Math.sin(angle), 1.5 + 0.22 * Math.sin(index * 1.9)];
  const target = [3 + 0.35 * Math.cos(angle * 2), 3.9 + 0.2 * Math.sin(index * 0.8), 1.05 + 0.12 * Math.cos(index * 1.3)];
  return { image, seed, width: WIDTH, height: HEIGHT, focalPx: FOCAL_PX, centre, rotation: lookAt(centre, target) };
}

/** World to camera, row by row: x to the right, y down, z forward. */
function lookAt(centre, target) {
  const z = normalise(target.map((value, i) => value - centre[i]));
  const x = normalise(cross(z, [0, 0, 1]));
  const y = cross(z, x);
  return [...x, ...y, ...z];
}

function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function normalise(v) {
  const length = Math.hypot(...v);
  return v.map((value) => value / length);
}
