// Seeded value noise and cells. Integer hashes only, so that every machine draws the same place.

/** A hash of three integers, 0 to 1. The mixing constants are those of MurmurHash3's finaliser. */
export function hash(x, y, seed) {
  let h = Math.imul(x | 0, 0x9e3779b1) ^ Math.imul(y | 0, 0x85ebca6b) ^ Math.imul(seed | 0, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Smooth noise with one value per unit square, 0 to 1. */
export function valueNoise(x, y, seed) {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const u = smooth(x - x0);
  const v = smooth(y - y0);
  const top = hash(x0, y0, seed) * (1 - u) + hash(x0 + 1, y0, seed) * u;
  const bottom = hash(x0, y0 + 1, seed) * (1 - u) + hash(x0 + 1, y0 + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

/** Octaves of value noise, each twice as fine and half as strong; 0 to 1. */
export function fractal(x, y, seed, octaves) {
  let sum = 0;
  let weight = 0;
  for (let octave = 0, scale = 1, strength = 1; octave < octaves; octave += 1, scale *= 2, strength *= 0.5) {
    sum += valueNoise(x * scale, y * scale, seed + octave) * strength;
    weight += strength;
  }
  return sum / weight;
}

/** The cell of a jittered grid that a point is in: an id to colour it by, and how far the border is (0 at the border). */
export function cell(x, y, seed) {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  let nearest = Infinity;
  let second = Infinity;
  let id = 0;
  for (let dy = -1; dy <= 1; dy += 1) {
    for (let dx = -1; dx <= 1; dx += 1) {
      const cx = x0 + dx + hash(x0 + dx, y0 + dy, seed);
      const cy = y0 + dy + hash(x0 + dx, y0 + dy, seed + 1);
      const distance = Math.hypot(x - cx, y - cy);
      if (distance < nearest) {
        second = nearest;
        nearest = distance;
        id = Math.floor(hash(x0 + dx, y0 + dy, seed + 2) * 65536);
      } else if (distance < second) second = distance;
    }
  }
  return { id, border: second - nearest };
}

function smooth(t) {
  return t * t * (3 - 2 * t);
}
