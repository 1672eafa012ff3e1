// Casts rays into the scene. Light depends on the surface alone, never on the viewer, as on matt walls.
import { ROOM, SCENE } from './scene.mjs';

const LIGHT = [0.35, -0.45, 0.82];
const EPSILON = 1e-6;
const colour = new Float64Array(3);

/** The image of a camera as sRGB bytes, with `samples` x `samples` rays per pixel and sensor noise from the camera's seed. */
export function render(camera, samples) {
  const { width, height } = camera;
  const pixels = Buffer.alloc(width * height * 3);
  const random = generator(camera.seed);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let i = 0; i < samples * samples; i += 1) {
        const x = column + ((i % samples) + 0.5) / samples;
        const y = row + (Math.floor(i / samples) + 0.5) / samples;
        shade(camera.centre, rayOf(camera, x, y));
        red += colour[0];
        green += colour[1];
        blue += colour[2];
      }
      const noise = (random() + random() - 1) * 0.012;
      const at = (row * width + column) * 3;
      const share = 1 / (samples * samples);
      pixels[at] = toByte(red * share + noise);
      pixels[at + 1] = toByte(green * share + noise);
      pixels[at + 2] = toByte(blue * share + noise);
    }
  }
  return pixels;
}

/** Distance along the optical axis to what a pixel shows; Infinity where it shows nothing. */
export function depthAt(camera, x, y) {
  return nearest(camera.centre, rayOf(camera, x, y)).distance;
}

/** Direction of a pixel with 1 along the optical axis, so that a distance along it is a depth. */
function rayOf(camera, x, y) {
  const { rotation: r, focalPx, width, height } = camera;
  const u = (x - width / 2) / focalPx;
  const v = (y - height / 2) / focalPx;
  return [r[0] * u + r[3] * v + r[6], r[1] * u + r[4] * v + r[7], r[2] * u + r[5] * v + r[8]];
}

function shade(origin, ray) {
  const hit = nearest(origin, ray);
  if (hit.object === null) {
    colour.fill(0);
    return;
  }
  const at = [0, 1, 2].map((i) => origin[i] + hit.distance * ray[i]);
  const { u, v, normal } = surfaceAt(hit.object, at);
  hit.object.material(u, v, colour);
  const lambert = Math.max(0, normal[0] * LIGHT[0] + normal[1] * LIGHT[1] + normal[2] * LIGHT[2]);
  const corner = Math.min(1, 0.72 + 0.5 * Math.min(at[0], ROOM.x - at[0], at[1], ROOM.y - at[1], at[2], ROOM.z - at[2], 0.6));
  const light = (0.62 + 0.45 * lambert) * corner;
  for (let i = 0; i < 3; i += 1) colour[i] *= light;
}

function nearest(origin, ray) {
  let distance = Infinity;
  let object = null;
  for (const candidate of SCENE) {
    const t = INTERSECT[candidate.kind](candidate, origin, ray);
    if (t > EPSILON && t < distance) {
      distance = t;
      object = candidate;
    }
  }
  return { distance, object };
}

const INTERSECT = {
  panel(panel, o, d) {
    const { corner, normal, r, q, width, height } = panel;
    const facing = d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2];
    if (Math.abs(facing) < 1e-9) return Infinity;
    const dx = corner[0] - o[0];
    const dy = corner[1] - o[1];
    const dz = corner[2] - o[2];
    const t = (dx * normal[0] + dy * normal[1] + dz * normal[2]) / facing;
    if (t <= EPSILON) return Infinity;
    const x = t * d[0] - dx;
    const y = t * d[1] - dy;
    const z = t * d[2] - dz;
    const u = x * r[0] + y * r[1] + z * r[2];
    const v = x * q[0] + y * q[1] + z * q[2];
    return u >= 0 && v >= 0 && u <= width && v <= height ? t : Infinity;
  },
  sphere(sphere, o, d) {
    const c = sphere.centre;
    return quadratic(o[0] - c[0], o[1] - c[1], o[2] - c[2], d[0], d[1], d[2], sphere.radius);
  },
  column(column, o, d) {
    const c = column.centre;
    return quadratic(o[0] - c[0], o[1] - c[1], 0, d[0], d[1], 0, column.radius);
  },
};

/** First positive t with |p + t d| = radius. */
function quadratic(px, py, pz, dx, dy, dz, radius) {
  const a = dx * dx + dy * dy + dz * dz;
  const b = px * dx + py * dy + pz * dz;
  const c = px * px + py * py + pz * pz - radius * radius;
  const root = b * b - a * c;
  if (root < 0 || a < 1e-12) return Infinity;
  const t = (-b - Math.sqrt(root)) / a;
  return t > EPSILON ? t : Infinity;
}

/** Where on its surface an object was hit, in metres, and the normal there. */
function surfaceAt(object, at) {
  if (object.kind === 'panel') {
    const d = at.map((value, i) => value - object.corner[i]);
    const along = (axis) => d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2];
    return { u: along(object.r), v: along(object.q), normal: object.normal };
  }
  const [x, y] = [at[0] - object.centre[0], at[1] - object.centre[1]];
  const angle = Math.atan2(y, x) + Math.PI;
  if (object.kind === 'column') {
    return { u: angle * object.radius, v: at[2], normal: [x / object.radius, y / object.radius, 0] };
  }
  const z = at[2] - object.centre[2];
  const latitude = Math.asin(Math.max(-1, Math.min(1, z / object.radius))) + Math.PI / 2;
  const normal = [x, y, z].map((value) => value / object.radius);
  return { u: angle * object.radius, v: latitude * object.radius, normal };
}

function toByte(linear) {
  const value = Math.max(0, Math.min(1, linear));
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
}

/** Mulberry32, a small public-domain generator by Tommy Ettinger. */
function generator(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
